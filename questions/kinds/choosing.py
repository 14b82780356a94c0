"""Choosing one, several, or between true and false.

Written as `choices: [{text, correct?, feedback?}]`; true or false as `answer: true`. Of several,
`scoring` is `all_or_nothing` or `partial`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from questions.kinds.base import (
    MOST_CHOICES,
    RIGHT,
    WRONG,
    BadResponse,
    Choice,
    Deal,
    Grade,
    Kind,
    Material,
    Outline,
    Problem,
    Response,
    bare,
    flag_in,
    list_in,
    shuffled,
    text_of,
    words_in,
)

LEAST_CHOICES = 2
ALL_OR_NOTHING, PARTIAL = "all_or_nothing", "partial"
TRUE, FALSE = "True", "False"


class _Choosing(Kind):
    has_choices = True

    def deal(self, material: Material, *, seed: int, shuffle: bool = True) -> Deal:
        ids = [choice.id for choice in material.choices]
        return Deal(choices=shuffled(ids, seed=seed) if shuffle else tuple(ids))

    def parse(self, material: Material, raw: object) -> Response:
        chosen = chosen_ids(material, raw)
        return sorted(chosen) or None

    def right_response(self, material: Material) -> Response:
        return sorted(choice.id for choice in material.choices if choice.is_correct)


class Single(_Choosing):
    type = "SINGLE"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text, choices = text_of(written, problems), read_choices(written, problems)
        if not problems and sum(choice.is_correct for choice in choices) != 1:
            problems.append(Problem("choices", _("Mark one choice as correct, and only one.")))
        return _outline(self.type, text, choices, problems)

    def write(self, outline: Outline) -> dict[str, Any]:
        return {"text": outline.text, "choices": write_choices(outline.choices)}

    def parse(self, material: Material, raw: object) -> Response:
        chosen = super().parse(material, raw)
        if chosen and len(chosen) > 1:
            raise BadResponse(_("Choose one answer only."))
        return chosen

    def grade(self, material: Material, response: Response) -> Grade:
        return RIGHT if response == self.right_response(material) else WRONG


class TrueFalse(Single):
    type = "TRUE_FALSE"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text, answer = text_of(written, problems), written.get("answer")
        if not isinstance(answer, bool):
            problems.append(Problem("answer", _("Say whether it is true or false.")))
        said = {
            TRUE: words_in(written, "feedback_true", problems),
            FALSE: words_in(written, "feedback_false", problems),
        }
        choices = [
            Choice(number, word, is_correct=(word == TRUE) == answer, feedback=said[word])
            for number, word in enumerate((TRUE, FALSE), start=1)
        ]
        return _outline(self.type, text, choices, problems)

    def write(self, outline: Outline) -> dict[str, Any]:
        true, false = (
            next(choice for choice in outline.choices if choice.text == word)
            for word in (TRUE, FALSE)
        )
        said = {"feedback_true": true.feedback, "feedback_false": false.feedback}
        return {
            "text": outline.text,
            "answer": true.is_correct,
            **{name: words for name, words in said.items() if words},
        }

    def deal(self, material: Material, *, seed: int, shuffle: bool = True) -> Deal:
        """True comes first: nobody expects it elsewhere."""
        ordered = sorted(material.choices, key=lambda choice: choice.text != TRUE)
        return Deal(choices=tuple(choice.id for choice in ordered))


class Multiple(_Choosing):
    """Partial: the share of right ones ticked, less that of wrong ones. All ticked are worth 0."""

    type = "MULTIPLE"
    scorings: ClassVar[tuple[str, ...]] = (ALL_OR_NOTHING, PARTIAL)

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text, choices = text_of(written, problems), read_choices(written, problems)
        scoring = written.get("scoring") or ALL_OR_NOTHING
        if scoring not in self.scorings:
            problems.append(
                Problem(
                    "scoring",
                    _("Choose %(one)s or %(other)s.") % {"one": ALL_OR_NOTHING, "other": PARTIAL},
                )
            )
        right = sum(choice.is_correct for choice in choices)
        if not problems and not right:
            problems.append(Problem("choices", _("Mark at least one choice as correct.")))
        if not problems and scoring == PARTIAL and right == len(choices):
            problems.append(
                Problem("choices", _("With points for parts, at least one choice has to be wrong."))
            )
        return _outline(self.type, text, choices, problems, key={"scoring": scoring})

    def write(self, outline: Outline) -> dict[str, Any]:
        return {
            "text": outline.text,
            "choices": write_choices(outline.choices),
            "scoring": outline.key["scoring"],
        }

    def grade(self, material: Material, response: Response) -> Grade:
        if not response or not are_ids(response):
            return WRONG
        right = {choice.id for choice in material.choices if choice.is_correct}
        wrong = {choice.id for choice in material.choices} - right
        chosen = set(response)
        if chosen == right:
            return RIGHT
        if material.key.get("scoring") != PARTIAL or not right:
            return WRONG
        share = Fraction(len(chosen & right), len(right))
        if wrong:
            share -= Fraction(len(chosen & wrong), len(wrong))
        return Grade(max(Fraction(0), share))


def read_choices(written: Mapping[str, Any], problems: list[Problem]) -> list[Choice]:
    """Two at least, no two alike, each with words."""
    rows = list_in(written, "choices", problems)
    choices: list[Choice] = []
    for number, row in enumerate(rows[: MOST_CHOICES + 1], start=1):
        if not isinstance(row, Mapping):
            problems.append(
                Problem("choices", _("Choice %(number)s: write a text.") % {"number": number})
            )
            continue
        found: list[Problem] = []
        text = words_in(row, "text", found)
        is_correct, feedback = flag_in(row, "correct", found), words_in(row, "feedback", found)
        if not text and not found:
            found.append(Problem("text", _("Write a text.")))
        problems += [
            Problem(
                "choices",
                _("Choice %(number)s: %(problem)s") % {"number": number, "problem": each.message},
            )
            for each in found
        ]
        choices.append(Choice(number, text, is_correct, feedback))
    if not LEAST_CHOICES <= len(rows) <= MOST_CHOICES:
        problems.append(
            Problem(
                "choices",
                _("Write %(least)s to %(most)s choices.")
                % {"least": LEAST_CHOICES, "most": MOST_CHOICES},
            )
        )
    texts = [bare(choice.text).casefold() for choice in choices]
    if len(set(texts)) != len(texts):
        problems.append(Problem("choices", _("Two choices say the same.")))
    return choices


def write_choices(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    return [
        {
            "text": choice.text,
            "correct": choice.is_correct,
            **({"feedback": choice.feedback} if choice.feedback else {}),
        }
        for choice in choices
    ]


def are_ids(response: Response) -> bool:
    return isinstance(response, list) and all(isinstance(each, int) for each in response)


def chosen_ids(material: Material, raw: object) -> list[int]:
    """Ids of choices of this version, each once, in the order that was given."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise BadResponse(_("Answer with a list of choices."))
    known = {choice.id for choice in material.choices}
    for id_ in raw:
        if isinstance(id_, bool) or not isinstance(id_, int) or id_ not in known:
            raise BadResponse(_("One of these is no choice of this question."))
    if len(set(raw)) != len(raw):
        raise BadResponse(_("One of these choices is named twice."))
    return list(raw)


def _outline(
    type_: str,
    text: str,
    choices: Sequence[Choice],
    problems: list[Problem],
    *,
    key: Mapping[str, Any] | None = None,
) -> tuple[Outline | None, list[Problem]]:
    if problems:
        return None, problems
    return Outline(type_, text, tuple(choices), key=key or {}), []
