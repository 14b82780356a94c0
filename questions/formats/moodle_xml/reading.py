"""Questions of ours from Moodle's, by their type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from questions.formats.categories import place_in
from questions.formats.drafts import Draft, Row, plain_number
from questions.formats.limits import closed_part, refuse
from questions.formats.moodle_xml.names import CLOZE, GRADINGS, LONGEST_NUMBER, inverse
from questions.formats.moodle_xml.reading_texts import Told, said_in
from questions.formats.pictures import Shelf
from questions.formats.xml_trees import parsed, text_in
from questions.kinds import Problem


def read(file: BinaryIO, shelf: Shelf) -> Iterator[Row]:
    """Numbered as questions stand in the file; categories are no questions."""
    root = parsed(file.read())
    if root.tag != "quiz":
        refuse(_("This is no Moodle XML: its outermost element should be <quiz>."))
    category, number = "", 0
    for found in root.iterfind("question"):
        if found.get("type") == "category":
            category = text_in(found, "category/text")
            continue
        number += 1
        yield _row(number, found, category, shelf)


def _row(number: int, found: Any, category: str, shelf: Shelf) -> Row:
    told = Told(shelf)
    written: Draft = {
        **place_in(category),
        "reference": text_in(found, "idnumber"),
        "text": said_in(found.find("questiontext"), told),
        "explanation": said_in(found.find("generalfeedback"), told),
        "tags": [text_in(tag, "text") for tag in found.iterfind("tags/tag")],
    }
    if text_in(found, "defaultgrade"):
        written["marks"] = _rounded(text_in(found, "defaultgrade"))
    reader = _READERS.get(found.get("type", ""))
    if reader is None:
        said = _("We have no type of question like Moodle's “%s”.") % found.get("type", "")
        return Row(number, None, (Problem("type", said),), tuple(told.notes))
    reader(found, written, told)
    return Row(number, written, tuple(told.problems), tuple(told.notes))


def _read_choices(found: Any, written: Draft, told: Told) -> None:
    is_single = text_in(found, "single").strip().lower() in {"true", "1"}
    answers = [(_number(each.get("fraction", "0")), each) for each in found.iterfind("answer")]
    right = [weight > 0 for weight, _answer in answers]
    if is_single and sum(right) > 1:
        right = [weight == 100 for weight, _answer in answers]
        told.notes.append(
            Problem("choices", _("A choice that counts in part counts nothing here."))
        )
    written["type"] = "SINGLE" if is_single else "MULTIPLE"
    if not is_single:
        written["scoring"] = "all_or_nothing" if all(right) else "partial"
    written["choices"] = [
        {
            "text": said_in(answer, told),
            "correct": is_right,
            "feedback": said_in(answer.find("feedback"), told),
        }
        for is_right, (_weight, answer) in zip(right, answers, strict=True)
    ]


def _read_true_false(found: Any, written: Draft, told: Told) -> None:
    written["type"] = "TRUE_FALSE"
    for answer in found.iterfind("answer"):
        word = text_in(answer, "text").strip().lower()
        if _number(answer.get("fraction", "0")) > 0:
            written["answer"] = word == "true"
        written[f"feedback_{'true' if word == 'true' else 'false'}"] = said_in(
            answer.find("feedback"), told
        )


def _read_number(found: Any, written: Draft, told: Told) -> None:
    written["type"] = "NUMERIC"
    answers = [each for each in found.iterfind("answer") if text_in(each, "text").strip() != "*"]
    if len(answers) > 1:
        told.notes.append(Problem("value", _("Only the first of several numbers was taken.")))
    if answers:
        written["value"] = text_in(answers[0], "text").strip()
        written["tolerance"] = text_in(answers[0], "tolerance").strip()
    units = [
        {"unit": text_in(unit, "unit_name"), "factor": inverse(text_in(unit, "multiplier"))}
        for unit in found.iterfind("units/unit")
    ]
    if units:
        written["units"] = units
        written["unit_required"] = text_in(found, "unitgradingtype").strip() in {"1", "2"}


def _read_short_text(found: Any, written: Draft, told: Told) -> None:
    written["type"] = "SHORT_TEXT"
    written["case_sensitive"] = text_in(found, "usecase").strip() == "1"
    written["accepted"] = []
    for answer in found.iterfind("answer"):
        said = text_in(answer, "text")
        if re.search(r"(?<!\\)\*", said):
            told.notes.append(
                Problem("accepted", _("Asterisks that stand for anything are left out."))
            )
        elif _number(answer.get("fraction", "0")) > 0:
            written["accepted"].append(said.replace("\\*", "*"))
        if text_in(answer, "feedback/text").strip():
            told.notes.append(Problem("feedback", _("Feedback of short answers was left out.")))


def _read_pairs(found: Any, written: Draft, told: Told) -> None:
    written["type"] = "MATCHING"
    sides = [
        (said_in(pair, told), text_in(pair, "answer/text"))
        for pair in found.iterfind("subquestion")
    ]
    written["pairs"] = [{"left": left, "right": right} for left, right in sides if left.strip()]
    written["distractors"] = [right for left, right in sides if not left.strip()]


def _read_order(found: Any, written: Draft, told: Told) -> None:
    written["type"] = "ORDERING"
    grading = text_in(found, "gradingtype").strip()
    written["scoring"] = GRADINGS.get(grading, "partial")
    answers = sorted(found.iterfind("answer"), key=lambda each: _number(each.get("fraction", "0")))
    written["items"] = [said_in(answer, told) for answer in answers]


def _read_essay(found: Any, written: Draft, told: Told) -> None:
    form = text_in(found, "responseformat").strip()
    model = said_in(found.find("graderinfo"), told)
    files = int(_number(text_in(found, "attachments") or "0"))
    starter = said_in(found.find("responsetemplate"), told)
    written["model_answer"] = model
    if form == "noinline":
        # Moodle says -1 for any number of files.
        written |= {"type": "FILE_UPLOAD", "max_files": files if files > 0 else 10}
    elif form == "monospaced":
        written |= {"type": "CODE", "starter": starter}
    else:
        written["type"] = "ESSAY"
        for name, tag in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
            if text_in(found, tag).strip():
                written[name] = int(_number(text_in(found, tag)))
        if starter.strip():
            told.notes.append(Problem("starter", _("What stands there at first was left out.")))


def _read_cloze(found: Any, written: Draft, told: Told) -> None:
    written["type"] = "FILL_BLANKS"
    blanks: dict[str, Draft] = {}

    def gap(match: re.Match[str]) -> str:
        name = str(len(blanks) + 1)
        said = re.split(r"(?<!\\)~", match[2])
        right = [each for each in said if re.match(r"=|%100%", each)]
        plain = [re.sub(r"^(=|%100%)", "", each) for each in right]
        answers = [re.split(r"(?<!\\)#", each)[0] for each in plain]
        blanks[name] = {
            "accepted": [re.sub(r"\\(.)", r"\1", each, flags=re.DOTALL) for each in answers],
            "case_sensitive": match[1] in {"SHORTANSWER_C", "SAC", "MWC"},
        }
        return f"{{{{{name}}}}}"

    text = written["text"]
    end = closed_part(text, "}")
    written["text"] = CLOZE.sub(gap, text[:end]) + text[end:]
    written["blanks"] = blanks
    if re.search(r"\{\d*:[A-Z_]+:", written["text"]):
        told.notes.append(Problem("blanks", _("Only blanks with a short answer are read.")))


_READERS = {
    "multichoice": _read_choices,
    "truefalse": _read_true_false,
    "numerical": _read_number,
    "shortanswer": _read_short_text,
    "matching": _read_pairs,
    "match": _read_pairs,
    "ordering": _read_order,
    "essay": _read_essay,
    "cloze": _read_cloze,
    "multianswer": _read_cloze,
}


def _number(said: str) -> float:
    try:
        number = float(said)
    except ValueError:
        return 0.0
    return number if abs(number) < 1e6 else 0.0


def _rounded(said: str) -> str:
    """Moodle writes seven places."""
    try:
        return plain_number(round(Decimal(said.strip()[:LONGEST_NUMBER]), 2))
    except InvalidOperation:
        return said
