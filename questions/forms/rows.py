"""Lists that one fills in: rows of a form that are added, taken away and put in order.

Each row sends its key under the name of the list, so that the order of the page is that of the
list. A cell is called by list, key and cell; ticks are called by list and cell, and send the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

MOST_ROWS = 100
MARKS = frozenset({"tick", "mark"})
_KEY = re.compile(r"[a-z0-9]{1,8}")

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """`kind` is line, text, code, tick (of any row) or mark (of one row alone).

    What is `folded` opens when it is wanted.
    """

    name: str
    label: str | Promise
    kind: str = "text"
    is_folded: bool = False


@dataclass(frozen=True)
class ShownCell:
    cell: Cell
    name: str
    id: str
    value: Any


@dataclass(frozen=True)
class ShownRow:
    key: str
    cells: Sequence[ShownCell]


class RowsInput(forms.Widget):
    """Drawn by `questions/editor/rows.html`."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        super().__init__()
        self.cells = cells

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        keys = [key for key in _all(data, name) if _KEY.fullmatch(key)][:MOST_ROWS]
        ticked = {
            cell.name: set(_all(data, f"{name}-{cell.name}"))
            for cell in self.cells
            if cell.kind in MARKS
        }
        return [self._row(data, name, key, ticked) for key in dict.fromkeys(keys)]

    def _row(self, data: Any, name: str, key: str, ticked: Mapping[str, set[str]]) -> Row:
        return {
            cell.name: key in ticked[cell.name]
            if cell.name in ticked
            else data.get(f"{name}-{key}-{cell.name}", "")
            for cell in self.cells
        }


class RowsField(forms.Field):
    """`least` rows are shown at once; those with nothing in them are as if they were not there."""

    def __init__(self, *cells: Cell, add: str | Promise, least: int = 2, **kwargs: Any) -> None:
        self.cells, self.add, self.least = cells, add, least
        super().__init__(widget=RowsInput(cells), required=False, **kwargs)

    def clean(self, value: Any) -> list[Row]:
        rows = [row for row in value or [] if not is_empty(row)]
        if any("\x00" in said for row in rows for said in row.values() if isinstance(said, str)):
            raise forms.ValidationError(_("Null characters are not allowed."))
        return rows

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Without empty rows, so that what is wrong with the second is said of the second."""
        return [row for row in data or [] if not is_empty(row)]

    def get_bound_field(self, form: Any, field_name: str) -> BoundRows:
        return BoundRows(form, self, field_name)


class BoundRows(forms.BoundField):
    field: RowsField

    @property
    def rows(self) -> list[ShownRow]:
        said: list[Row] = list(self.value() or [])
        said += [{}] * (self.field.least - len(said))
        return [ShownRow(str(n), self._cells(row, str(n))) for n, row in enumerate(said)]

    @property
    def model(self) -> ShownRow:
        """A row that scripts copy."""
        return ShownRow("new", self._cells({}, "new"))

    def _cells(self, row: Row, key: str) -> list[ShownCell]:
        return [
            ShownCell(
                cell,
                f"{self.html_name}-{cell.name}"
                if cell.kind in MARKS
                else f"{self.html_name}-{key}-{cell.name}",
                f"{self.auto_id}_{key}_{cell.name}",
                row.get(cell.name, ""),
            )
            for cell in self.field.cells
        ]


def is_empty(row: Row) -> bool:
    return not any(said.strip() if isinstance(said, str) else said for said in row.values())


def changed(rows: list[Row], order: str) -> list[Row]:
    """What a page without scripts asks for: `add`, or `up`, `down`, `remove` and a row's place."""
    verb, _space, said = order.partition(" ")
    if verb == "add":
        return [*rows, {}] if len(rows) < MOST_ROWS else rows
    place = int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else -1
    if not 0 <= place < len(rows):
        return rows
    rest, row = [*rows[:place], *rows[place + 1 :]], rows[place]
    if verb == "remove":
        return rest
    to = max(0, place - 1) if verb == "up" else place + 1
    return [*rest[:to], row, *rest[to:]]


def _all(data: Any, name: str) -> list[str]:
    if hasattr(data, "getlist"):
        found: list[str] = data.getlist(name)
        return found
    found = data.get(name, [])
    return found if isinstance(found, list) else [found]
