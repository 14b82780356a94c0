"""Lists and rubrics as texts that people can write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget

from curriculum.content_heads import ContentError, Head
from curriculum.rubrics import MOST_POINTS, validate_rubric

PARTS = ("key", "criterion", "points", "about")
LONGEST_CRITERION = 200
LONGEST_RUBRIC = 30_000
LINE_WIDTH = 88


class LinesField(forms.CharField):
    """A list, one entry a line."""

    def __init__(self, *, longest: int, most: int, **kwargs: Any) -> None:
        self.longest, self.most = longest, most
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 4}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(value or ())

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise ValidationError(_("Write at most %(most)d lines.") % {"most": self.most})
        for line in value:
            if len(line) > self.longest:
                said = _("“%(line)s…” is too long: write at most %(longest)d characters a line.")
                raise ValidationError(said % {"line": line[:40], "longest": self.longest})

    def run_validators(self, value: Any) -> None:
        """Those of a text, which this is no more."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class RubricField(forms.CharField):
    """Criteria as the content files write them; what is wrong is named by its line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 12, "dir": "ltr"}))
        super().__init__(max_length=LONGEST_RUBRIC, strip=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else as_text(value or ())

    def clean(self, value: Any) -> Any:
        return as_rubric(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = initial if isinstance(initial, str) else as_text(initial or ())
        try:
            return as_rubric(str(data or "")) != as_rubric(before)
        except ValidationError:
            return True


def as_text(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return ""
    written = [{name: row[name] for name in PARTS if row.get(name)} for row in rows]
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=LINE_WIDTH)


def as_rubric(text: str) -> list[dict[str, Any]]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        rows = [_criterion(each) for each in _entries(node)]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValidationError(_at_line(line, f"{error.problem or error}.")) from error
    except yaml.YAMLError as error:
        raise ValidationError(_("This cannot be read: %(why)s") % {"why": error}) from error
    except ContentError as error:
        raise ValidationError(_at_line(error.line or 1, error.problem)) from error
    validate_rubric(rows)
    return rows


def _entries(node: yaml.Node | None) -> Sequence[yaml.Node]:
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise ValidationError(_("Begin each criterion with a dash, as in the example."))
    return list(node.value)


def _criterion(node: yaml.Node) -> dict[str, Any]:
    """A key is made of the words where none is given."""
    head = Head("", node, "criterion", ("criterion", "points"), ("key", "about"))
    words = head.line("criterion", LONGEST_CRITERION)
    return {
        "key": head.key("key") if head.has("key") else _key_of(words),
        "criterion": words,
        "points": head.number("points", 1, MOST_POINTS),
        "about": head.text("about") if head.has("about") else "",
    }


def _key_of(words: str) -> str:
    return slugify(words)[:40].strip("-") or "criterion"


def _at_line(line: int, problem: str) -> str:
    return _("Line %(line)d: %(problem)s") % {"line": line, "problem": problem}
