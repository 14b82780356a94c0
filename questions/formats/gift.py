"""Moodle's GIFT. Tags and references stand in comments, as Moodle itself writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

from django.utils.translation import gettext as _

from questions.formats.categories import category_of, place_in
from questions.formats.drafts import Draft, Row
from questions.formats.html_text import looks_like_html, markdown_of
from questions.formats.limits import closed_part, decoded
from questions.formats.losses import Loss
from questions.kinds import Problem
from questions.kinds.base import MOST_CHOICES

_SPECIAL = re.compile(r"([\\~=#{}:])")
_ESCAPED = re.compile(r"\\([\\~=#{}:n])")
_COMMENT = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")
_FORM = re.compile(r"^\[(html|markdown|plain|moodle)\]")
_WEIGHT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")
_ARROW = "->"


def read(file: BinaryIO) -> Iterator[Row]:
    """Questions are parted by empty lines; each is numbered by its first line."""
    category = ""
    for number, lines in _blocks(decoded(file.read())):
        comment = " ".join(line[2:] for line in lines if line.startswith("//"))
        said = [line for line in lines if not line.startswith("//")]
        while said and said[0].startswith("$CATEGORY:"):
            category = said.pop(0).removeprefix("$CATEGORY:").strip()
        if said:
            yield _row(number, "\n".join(said), comment, category)


def write(drafts: Iterable[Draft], losses: Sequence[Loss]) -> Iterator[bytes]:
    category = ""
    for number, written in enumerate(drafts, start=1):
        own = category_of(written)
        if own != category:
            category = own
            yield f"$CATEGORY: {own}\n\n".encode()
        yield (_question(number, written) + "\n\n").encode()
    for loss in losses:
        line = f"// Left out of {loss.question}: {', '.join(loss.parts)}\n"
        yield line.encode()


def cannot(written: Draft) -> frozenset[str]:
    """An arrow would be read as a pair, and a percentage as a weight; nothing escapes them."""
    choices = [row["text"] for row in written.get("choices", ())]
    lefts = [pair["left"] for pair in written.get("pairs", ())]
    answers = [*written.get("accepted", ()), *choices, *lefts]
    is_mistaken = any(_ARROW in each for each in [*written.get("accepted", ()), *lefts])
    is_mistaken |= any(_WEIGHT.match(each) for each in answers)
    return frozenset({"question"}) if is_mistaken else frozenset()


def _question(number: int, written: Draft) -> str:
    marks = [("id", written.get("reference", "")), *(("tag", t) for t in written.get("tags", ()))]
    comment = " ".join(f"[{name}:{_in_brackets(said)}]" for name, said in marks if said)
    title = _escaped(written.get("reference") or f"Question {number}")
    explanation = written.get("explanation", "")
    general = f"\n####{_escaped(explanation)}" if explanation else ""
    head = f"// {comment}\n" if comment else ""
    text = _escaped(written["text"])
    return f"{head}::{title}::[markdown]{text}{{{_answers(written)}{general}}}"


def _answers(written: Draft) -> str:
    type_ = written["type"]
    if type_ == "TRUE_FALSE":
        answer = written["answer"]
        right, wrong = (
            written.get(f"feedback_{str(each).lower()}", "") for each in (answer, not answer)
        )
        # The first is said to those who are wrong.
        feedback = f"#{_escaped(wrong)}#{_escaped(right)}" if right or wrong else ""
        return f"{'TRUE' if answer else 'FALSE'}{feedback}"
    if type_ == "NUMERIC":
        return f"#{written['value']}:{written['tolerance']}"
    if type_ == "ESSAY":
        return ""
    if type_ == "SHORT_TEXT":
        lines = [f"={_escaped(each)}" for each in written["accepted"]]
    elif type_ == "MATCHING":
        pairs = [(pair["left"], pair["right"]) for pair in written["pairs"]]
        pairs += [("", each) for each in written.get("distractors", ())]
        lines = [f"={_escaped(left)} {_ARROW} {_escaped(right)}" for left, right in pairs]
    else:
        lines = [_choice(written, each) for each in written["choices"]]
    return "\n" + "\n".join(lines)


def _choice(written: Draft, choice: Draft) -> str:
    is_right = choice.get("correct", False)
    mark = "=" if is_right and written["type"] == "SINGLE" else "~"
    if written["type"] == "MULTIPLE":
        right = sum(bool(each.get("correct")) for each in written["choices"])
        wrong = len(written["choices"]) - right
        mark += f"%{100 / right:.5f}%" if is_right else f"%{-100 / wrong:.5f}%"
    feedback = f"#{_escaped(choice['feedback'])}" if choice.get("feedback") else ""
    return f"{mark}{_escaped(choice['text'])}{feedback}"


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    lines: list[str] = []
    first = 1
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if line.strip():
            first = first if lines else number
            lines.append(line.strip(" \t"))
        elif lines:
            yield first, lines
            lines = []
    if lines:
        yield first, lines


def _row(number: int, said: str, comment: str, category: str) -> Row:
    notes: list[Problem] = []
    written: Draft = {**place_in(category)}
    said_of_it = _COMMENT.findall(comment[: closed_part(comment, "]")])
    marks = [(name, re.sub(r"\\(.)", r"\1", value)) for name, value in said_of_it]
    written["tags"] = [value for name, value in marks if name == "tag"]
    written["reference"] = next((value for name, value in marks if name == "id"), "")
    start, end = _find(said, "{"), _find(said, "}", last=True)
    if start < 0 or end < start:
        problem = Problem("text", _("Between { and } there should be answers, even if none."))
        return Row(number, None, (problem,))
    text, after = _without_title(said[:start]), said[end + 1 :].strip()
    inside, general = _parted(said[start + 1 : end], "####")
    if after:
        text = f"{text.rstrip()} _____ {after}"
    form = _FORM.match(text)
    is_html = form is not None and form[1] == "html"
    written["text"] = _plain(text[form.end() :] if form else text, is_html, notes)
    if general:
        written["explanation"] = _plain(general, is_html, notes)
    problems: list[Problem] = []
    _read_answers(inside.strip(), written, is_html, notes, problems)
    return Row(number, None if problems else written, tuple(problems), tuple(notes))


def _read_answers(
    inside: str, written: Draft, is_html: bool, notes: list[Problem], problems: list[Problem]
) -> None:
    truth = re.match(r"^(TRUE|FALSE|T|F)\s*(#|$)", inside, re.IGNORECASE)
    if not inside:
        written["type"] = "ESSAY"
    elif truth:
        answer = truth[1].upper().startswith("T")
        parts = [_plain(each, is_html, notes) for each in _split(inside, "#", most=4)[1:]]
        wrong, right = (*parts, "", "")[:2]
        written |= {"type": "TRUE_FALSE", "answer": answer}
        written["feedback_true"] = right if answer else wrong
        written["feedback_false"] = wrong if answer else right
    elif inside.startswith("#"):
        _read_number(inside[1:].strip(), written, notes, problems)
    else:
        _read_choices(_choices(inside), written, is_html, notes, problems)


def _read_number(
    inside: str, written: Draft, notes: list[Problem], problems: list[Problem]
) -> None:
    written["type"] = "NUMERIC"
    if inside.startswith("="):
        rows = _choices(inside)
        if len(rows) > 1:
            notes.append(Problem("value", _("Only the first of several numbers was taken.")))
        inside = _WEIGHT.sub("", rows[0][1].strip())
    value, feedback = _parted(inside, "#")
    if feedback.strip():
        notes.append(Problem("feedback", _("Feedback of a number was left out.")))
    if ".." in value:
        least, most = value.split("..", 1)
        try:
            low, high = float(least), float(most)
        except ValueError:
            problems.append(Problem("value", _("Write a range as least..most.")))
            return
        written |= {"value": repr((low + high) / 2), "tolerance": repr(abs(high - low) / 2)}
        return
    number, _mark, tolerance = value.partition(":")
    written |= {"value": number.strip(), "tolerance": tolerance.strip()}


def _read_choices(
    rows: list[tuple[str, str]],
    written: Draft,
    is_html: bool,
    notes: list[Problem],
    problems: list[Problem],
) -> None:
    if not rows:
        problems.append(Problem("choices", _("Begin each answer with = or ~.")))
        return
    plain = [(mark, *_weighed(said)) for mark, said in rows]
    if all(mark == "=" and _ARROW in said for mark, _weight, said in plain):
        sides = [said.split(_ARROW, 1) for _mark, _weight, said in plain]
        pairs = [(_plain(a, is_html, notes), _plain(b, is_html, notes)) for a, b in sides]
        written["type"] = "MATCHING"
        written["pairs"] = [{"left": a, "right": b} for a, b in pairs if a]
        written["distractors"] = [right for left, right in pairs if not left]
        return
    if all(mark == "=" for mark, _weight, _said in plain):
        parts = [_parted(said, "#") for _mark, _weight, said in plain]
        if any(feedback.strip() for _said, feedback in parts):
            notes.append(Problem("feedback", _("Feedback of short answers was left out.")))
        if any(weight not in {None, 100.0} for _mark, weight, _said in plain):
            notes.append(Problem("accepted", _("Answers that count in part count in full here.")))
        written["type"] = "SHORT_TEXT"
        written["accepted"] = [_plain(said, is_html, notes) for said, _feedback in parts]
        return
    right = [mark == "=" or (weight or 0) > 0 for mark, weight, _said in plain]
    is_single = any(mark == "=" for mark, _weight, _said in plain)
    written["type"] = "SINGLE" if is_single else "MULTIPLE"
    if not is_single:
        written["scoring"] = "all_or_nothing" if all(right) else "partial"
    written["choices"] = []
    for is_right, (mark, weight, said) in zip(right, plain, strict=True):
        text, feedback = _parted(said, "#")
        counts_in_part = is_single and mark == "~" and bool(weight)
        if counts_in_part:
            notes.append(Problem("choices", _("A choice that counts in part counts nothing here.")))
        written["choices"].append(
            {
                "text": _plain(text, is_html, notes),
                "correct": is_right and not counts_in_part,
                "feedback": _plain(feedback, is_html, notes),
            }
        )


def _choices(inside: str) -> list[tuple[str, str]]:
    places = [m.start() for m in re.finditer(r"[=~]", inside) if not _is_escaped(inside, m.start())]
    return [
        (inside[start], inside[start + 1 : end].strip())
        for start, end in pairwise([*places[: MOST_CHOICES + 1], len(inside)])
    ]


def _weighed(said: str) -> tuple[float | None, str]:
    weight = _WEIGHT.match(said)
    return (float(weight[1]), said[weight.end() :]) if weight else (None, said)


def _without_title(text: str) -> str:
    text = text.strip()
    if text.startswith("::") and (end := _find(text[2:], "::")) >= 0:
        return text[end + 4 :].strip()
    return text


def _find(text: str, mark: str, *, last: bool = False) -> int:
    found = [
        m.start() for m in re.finditer(re.escape(mark), text) if not _is_escaped(text, m.start())
    ]
    return (found[-1] if last else found[0]) if found else -1


def _parted(text: str, mark: str) -> tuple[str, str]:
    place = _find(text, mark)
    return (text, "") if place < 0 else (text[:place], text[place + len(mark) :])


def _split(text: str, mark: str, *, most: int) -> list[str]:
    parts = [text]
    while len(parts) < most and _find(parts[-1], mark) >= 0:
        parts[-1:] = _parted(parts[-1], mark)
    return parts


def _is_escaped(text: str, place: int) -> bool:
    before = place
    while before and text[before - 1] == "\\":
        before -= 1
    return (place - before) % 2 == 1


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


def _plain(text: str, is_html: bool, notes: list[Problem]) -> str:
    said = _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text.strip())
    if not is_html or not looks_like_html(said):
        return said
    markdown, has_lost = markdown_of(said)
    if has_lost:
        notes.append(Problem("text", _("Pictures and films were left out.")))
    return markdown


def _in_brackets(text: str) -> str:
    return re.sub(r"([\]\\])", r"\\\1", text)
