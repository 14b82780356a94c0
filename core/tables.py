"""Tables that people sort: headings with their links, and the order to ask the database for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise

SORT = "sort"
PAGE = "page"


@dataclass(frozen=True)
class Column:
    """`order_by` are the fields behind a column that can be sorted by; the name is in the address.

    `kind` is text, number or actions (a heading for screen readers only).
    """

    name: str
    label: str | Promise
    kind: str = "text"
    order_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    label: str | Promise
    kind: str
    url: str
    direction: str


@dataclass(frozen=True)
class Table:
    """`sort` is a column's name, after a minus when it descends."""

    columns: Sequence[Column]
    headings: list[Heading]
    order_by: list[str]
    sort: str


def table(columns: Sequence[Column], query: QueryDict, *, default: str) -> Table:
    """The table that this query asks for; what cannot be sorted by is not asked about."""
    sortable = {column.name: column for column in columns if column.order_by}
    asked = query.get(SORT, "")
    sort = asked if asked.removeprefix("-") in sortable else default
    return Table(
        columns=columns,
        headings=[_heading(column, sort, query) for column in columns],
        order_by=_order_by(sortable, sort),
        sort=sort,
    )


def _order_by(sortable: Mapping[str, Column], sort: str) -> list[str]:
    """With the key last, so that equal rows keep their places from page to page."""
    fields = sortable[sort.removeprefix("-")].order_by
    turned = [_turned(each) for each in fields] if sort.startswith("-") else list(fields)
    return [*turned, "pk"]


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _heading(column: Column, sort: str, query: QueryDict) -> Heading:
    if not column.order_by:
        return Heading(column.label, column.kind, "", "")
    is_sorted = sort.removeprefix("-") == column.name
    is_descending = is_sorted and sort.startswith("-")
    turned = query.copy()
    turned.pop(PAGE, None)
    turned[SORT] = f"-{column.name}" if is_sorted and not is_descending else column.name
    direction = ("descending" if is_descending else "ascending") if is_sorted else ""
    return Heading(column.label, column.kind, f"?{turned.urlencode()}", direction)
