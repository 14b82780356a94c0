"""Moodle's XML, in the types that Moodle itself has; texts are marked as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, BinaryIO
from urllib.parse import quote, unquote
from uuid import UUID

from django.utils.translation import gettext as _

from questions.formats.categories import category_of, place_in
from questions.formats.drafts import Draft, Row, compared_in, plain_number
from questions.formats.html_text import looks_like_html, markdown_of
from questions.formats.limits import closed_part, refuse
from questions.formats.losses import Loss
from questions.formats.pictures import (
    DATA,
    Named,
    Shelf,
    Taken,
    from_base64,
    from_file,
    in_base64,
    in_file,
    missing,
    not_here,
    shown_in,
    size_query,
    twice,
)
from questions.formats.xml_trees import (
    Element,
    ProcessingInstruction,
    element,
    parsed,
    shown,
    text_in,
)
from questions.images import plain_words
from questions.kinds import Problem
from questions.kinds.fill_blanks import BLANK

_TYPES = {
    "SINGLE": "multichoice",
    "MULTIPLE": "multichoice",
    "TRUE_FALSE": "truefalse",
    "NUMERIC": "numerical",
    "SHORT_TEXT": "shortanswer",
    "MATCHING": "matching",
    "ORDERING": "ordering",
    "FILL_BLANKS": "cloze",
    "ESSAY": "essay",
    "FILE_UPLOAD": "essay",
    "CODE": "essay",
}
_CLOZE = re.compile(
    r"\{\d*:(SHORTANSWER|SHORTANSWER_C|SA|SAC|MW|MWC):((?:\\.|[^}\\])*)\}", re.DOTALL
)
# Behind it stand the name and path of a file beside the text.
FILES = "@@PLUGINFILE@@/"
_PLACE = re.compile(rb"<\?picture ([0-9a-f-]{36})\?>")
_CLOZE_SPECIAL = re.compile(r"([\\}#~/\"])")
LONGEST_NUMBER = 40
_GRADINGS = {"-1": "all_or_nothing", "1": "partial"}


@dataclass
class _Told:
    """What is said of one question besides itself."""

    shelf: Shelf
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


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


def write(drafts: Iterable[Draft], losses: Sequence[Loss], taken: Taken) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
    category = ""
    for number, written in enumerate(drafts, start=1):
        own = category_of(written)
        if own != category:
            category = own
            yield _category(own)
        made = _question(number, written)
        _take_along(made, taken)
        yield from _with_content(shown(made), taken)
        yield b"\n"
    if losses:
        lines = "\n".join(
            f"Left out of {each.question}: {', '.join(each.parts)}" for each in losses
        )
        # Two dashes would end the comment.
        yield f"<!--\n{re.sub('-(?=-)|-$', '- ', lines)}\n-->\n".encode()
    yield b"</quiz>\n"


def cannot(written: Draft) -> frozenset[str]:
    """Units whose factors have no exact inverse, and braces that Moodle would take for a blank."""
    units = written.get("units", ())
    if any(_inverse(_inverse(unit["factor"])) != unit["factor"] for unit in units):
        return frozenset({"units", "unit_required"})
    if written["type"] == "FILL_BLANKS" and _CLOZE.search(written["text"]):
        return frozenset({"question"})
    return frozenset()


def without_pictures(written: Draft) -> list[str]:
    """Texts that Moodle takes for plain words, with no files beside them."""
    return [
        *compared_in(written),
        *(pair["right"] for pair in written.get("pairs", ())),
        *written.get("distractors", ()),
    ]


def _take_along(made: Any, taken: Taken) -> None:
    """Files beside the texts that show them, with a place for what is in them."""
    for each in list(made.iter()):
        text = each.find("text") if each.get("format") == "markdown" else None
        if text is None:
            continue
        for place, mark in enumerate(shown_in(text.text or "", taken), start=1):
            facts = {"name": taken[mark].name, "path": "/", "encoding": "base64"}
            file = Element("file", facts)
            file.append(ProcessingInstruction("picture", str(mark)))
            each.insert(place, file)
        text.text = in_file(text.text or "", taken, FILES)


def _with_content(written: bytes, taken: Taken) -> Iterator[bytes]:
    """No text holds such a place: in texts its angle brackets would be written otherwise."""
    for number, part in enumerate(_PLACE.split(written)):
        if number % 2:
            yield from in_base64(taken[UUID(part.decode())])
        else:
            yield part


def _category(name: str) -> bytes:
    made = Element("question", {"type": "category"})
    element(element(made, "category"), "text", name)
    return shown(made) + b"\n"


def _question(number: int, written: Draft) -> Any:
    type_ = written["type"]
    made = Element("question", {"type": _TYPES[type_]})
    element(element(made, "name"), "text", written.get("reference") or f"Question {number}")
    text = _with_cloze(written) if type_ == "FILL_BLANKS" else written["text"]
    _text(made, "questiontext", text)
    _text(made, "generalfeedback", written.get("explanation", ""))
    element(made, "defaultgrade", str(written["marks"]))
    element(made, "idnumber", written.get("reference", ""))
    _WRITERS[type_](made, written)
    if written.get("tags"):
        tags = element(made, "tags")
        for tag in written["tags"]:
            element(element(tags, "tag"), "text", tag)
    return made


def _text(parent: Any, tag: str, text: str, **more: str) -> Any:
    made = element(parent, tag, None, format="markdown", **more)
    element(made, "text", text)
    return made


def _write_choices(made: Any, written: Draft) -> None:
    is_single = written["type"] == "SINGLE"
    element(made, "single", "true" if is_single else "false")
    element(made, "shuffleanswers", "true")
    right = sum(bool(each.get("correct")) for each in written["choices"])
    wrong = len(written["choices"]) - right
    for choice in written["choices"]:
        fraction = "0"
        if choice.get("correct"):
            fraction = f"{100 / right:.5f}".rstrip("0").rstrip(".")
        elif not is_single:
            fraction = f"{-100 / wrong:.5f}".rstrip("0").rstrip(".")
        answer = _text(made, "answer", choice["text"], fraction=fraction)
        _text(answer, "feedback", choice.get("feedback", ""))


def _write_true_false(made: Any, written: Draft) -> None:
    for word in (True, False):
        name = str(word).lower()
        fraction = "100" if written["answer"] is word else "0"
        answer = element(made, "answer", None, fraction=fraction, format="plain_text")
        element(answer, "text", name)
        _text(answer, "feedback", written.get(f"feedback_{name}", ""))


def _write_number(made: Any, written: Draft) -> None:
    answer = element(made, "answer", None, fraction="100", format="plain_text")
    element(answer, "text", written["value"])
    element(answer, "tolerance", written["tolerance"])
    if written.get("units"):
        units = element(made, "units")
        for each in written["units"]:
            unit = element(units, "unit")
            # Moodle counts how many of it make one of the value's own.
            element(unit, "multiplier", _inverse(each["factor"]))
            element(unit, "unit_name", each["unit"])
        element(made, "unitgradingtype", "1" if written.get("unit_required") else "0")
        element(made, "unitpenalty", "1" if written.get("unit_required") else "0.1")
        element(made, "showunits", "0")


def _write_short_text(made: Any, written: Draft) -> None:
    element(made, "usecase", "1" if written.get("case_sensitive") else "0")
    for each in written["accepted"]:
        answer = element(made, "answer", None, fraction="100", format="plain_text")
        # An asterisk alone would stand for anything.
        element(answer, "text", each.replace("*", "\\*"))


def _write_pairs(made: Any, written: Draft) -> None:
    element(made, "shuffleanswers", "true")
    sides = [(pair["left"], pair["right"]) for pair in written["pairs"]]
    for left, right in [*sides, *(("", each) for each in written.get("distractors", ()))]:
        pair = _text(made, "subquestion", left)
        element(element(pair, "answer"), "text", right)


def _write_order(made: Any, written: Draft) -> None:
    element(made, "layouttype", "VERTICAL")
    element(made, "selecttype", "ALL")
    grading = next(key for key, name in _GRADINGS.items() if name == written["scoring"])
    element(made, "gradingtype", grading)
    for place, item in enumerate(written["items"], start=1):
        _text(made, "answer", item, fraction=str(place))


def _write_essay(made: Any, written: Draft) -> None:
    type_ = written["type"]
    forms = {"ESSAY": "editor", "FILE_UPLOAD": "noinline", "CODE": "monospaced"}
    element(made, "responseformat", forms[type_])
    element(made, "responserequired", "0" if type_ == "FILE_UPLOAD" else "1")
    element(made, "attachments", str(written.get("max_files", 0)))
    if written.get("min_words"):
        element(made, "minwordlimit", str(written["min_words"]))
    if written.get("max_words"):
        element(made, "maxwordlimit", str(written["max_words"]))
    _text(made, "graderinfo", written.get("model_answer", ""))
    _text(made, "responsetemplate", written.get("starter", ""))


_WRITERS = {
    "SINGLE": _write_choices,
    "MULTIPLE": _write_choices,
    "TRUE_FALSE": _write_true_false,
    "NUMERIC": _write_number,
    "SHORT_TEXT": _write_short_text,
    "MATCHING": _write_pairs,
    "ORDERING": _write_order,
    "FILL_BLANKS": lambda _made, _written: None,
    "ESSAY": _write_essay,
    "FILE_UPLOAD": _write_essay,
    "CODE": _write_essay,
}


def _with_cloze(written: Draft) -> str:
    def gap(found: re.Match[str]) -> str:
        blank = written["blanks"][found[1]]
        said = (_CLOZE_SPECIAL.sub(r"\\\1", each).replace("*", r"\*") for each in blank["accepted"])
        kind = "SHORTANSWER_C" if blank.get("case_sensitive") else "SHORTANSWER"
        return "{1:" + kind + ":" + "~".join(f"={each}" for each in said) + "}"

    return BLANK.sub(gap, written["text"])


def _row(number: int, found: Any, category: str, shelf: Shelf) -> Row:
    told = _Told(shelf)
    written: Draft = {
        **place_in(category),
        "reference": text_in(found, "idnumber"),
        "text": _said(found.find("questiontext"), told),
        "explanation": _said(found.find("generalfeedback"), told),
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


def _said(found: Any, told: _Told) -> str:
    """As Markdown; what is marked as HTML is translated. Files stand beside the text."""
    if found is None:
        return ""
    files = _Files(found)
    named = Named(told.shelf, files.load)
    text, has = text_in(found, "text"), files.has
    if found.get("format", "html") in {"html", "moodle_auto_format"}:
        text = files.without_data(text)
        if looks_like_html(text) or "&" in text:
            text, has_lost = markdown_of(text, partial(_shown, told=told))
            has = files.is_meant
            if has_lost:
                told.notes.append(Problem("text", _("Pictures and films were left out.")))
    markdown = from_file(text, FILES, has, named, told.problems)
    if files.has_others:
        told.notes.append(Problem("text", _("Files that the text does not show were left out.")))
    return markdown


def _shown(picture: Mapping[str, str], *, told: _Told) -> str:
    """Of an element of HTML: by the name of its file. What lies elsewhere is not fetched."""
    address = picture.get("src", "").strip()
    if not address.startswith(FILES):
        if address:
            told.notes.append(not_here(address))
        return ""
    name = quote(unquote(address.removeprefix(FILES).partition("?")[0]))
    size = size_query(picture.get("width"), picture.get("height"))
    return f"![{plain_words(picture.get('alt', ''))}]({FILES}{name}{size})"


class _Files:
    """Those that stand beside one text, and those that stand in it as data."""

    def __init__(self, found: Any) -> None:
        self._said: dict[str, Any] = {}
        self._twice: set[str] = set()
        self._shown: set[str] = set()
        for each in found.iterfind("file"):
            path = (each.get("path") or "").strip("/")
            name = f"{path}/{each.get('name', '')}".lstrip("/")
            if name in self._said and self._said[name].text != each.text:
                self._twice.add(name)
            self._said[name] = each
        self._data: dict[str, str] = {}

    @property
    def has_others(self) -> bool:
        return not self._shown.issuperset(self._said)

    def has(self, name: str) -> bool:
        return name in self._said or name in self._data

    def is_meant(self, name: str) -> bool:
        """What an element shows should be there; words may speak of what they like."""
        return bool(name)

    def without_data(self, text: str) -> str:
        """With a name in place of what would be longer than any text."""

        def named(found: re.Match[str]) -> str:
            name = f"data-{len(self._data) + 1}"
            self._data[name] = found[1]
            return FILES + name

        return DATA.sub(named, text) if ";base64," in text else text

    def load(self, name: str) -> bytes:
        self._shown.add(name)
        if name in self._data:
            return from_base64(self._data[name], name)
        if name in self._twice:
            raise twice(name)
        if name not in self._said:
            raise missing(name)
        file = self._said[name]
        if file.get("encoding", "base64") != "base64":
            return from_base64("?", name)
        return from_base64(file.text or "", name)


def _read_choices(found: Any, written: Draft, told: _Told) -> None:
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
            "text": _said(answer, told),
            "correct": is_right,
            "feedback": _said(answer.find("feedback"), told),
        }
        for is_right, (_weight, answer) in zip(right, answers, strict=True)
    ]


def _read_true_false(found: Any, written: Draft, told: _Told) -> None:
    written["type"] = "TRUE_FALSE"
    for answer in found.iterfind("answer"):
        word = text_in(answer, "text").strip().lower()
        if _number(answer.get("fraction", "0")) > 0:
            written["answer"] = word == "true"
        written[f"feedback_{'true' if word == 'true' else 'false'}"] = _said(
            answer.find("feedback"), told
        )


def _read_number(found: Any, written: Draft, told: _Told) -> None:
    written["type"] = "NUMERIC"
    answers = [each for each in found.iterfind("answer") if text_in(each, "text").strip() != "*"]
    if len(answers) > 1:
        told.notes.append(Problem("value", _("Only the first of several numbers was taken.")))
    if answers:
        written["value"] = text_in(answers[0], "text").strip()
        written["tolerance"] = text_in(answers[0], "tolerance").strip()
    units = [
        {"unit": text_in(unit, "unit_name"), "factor": _inverse(text_in(unit, "multiplier"))}
        for unit in found.iterfind("units/unit")
    ]
    if units:
        written["units"] = units
        written["unit_required"] = text_in(found, "unitgradingtype").strip() in {"1", "2"}


def _read_short_text(found: Any, written: Draft, told: _Told) -> None:
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


def _read_pairs(found: Any, written: Draft, told: _Told) -> None:
    written["type"] = "MATCHING"
    sides = [
        (_said(pair, told), text_in(pair, "answer/text")) for pair in found.iterfind("subquestion")
    ]
    written["pairs"] = [{"left": left, "right": right} for left, right in sides if left.strip()]
    written["distractors"] = [right for left, right in sides if not left.strip()]


def _read_order(found: Any, written: Draft, told: _Told) -> None:
    written["type"] = "ORDERING"
    grading = text_in(found, "gradingtype").strip()
    written["scoring"] = _GRADINGS.get(grading, "partial")
    answers = sorted(found.iterfind("answer"), key=lambda each: _number(each.get("fraction", "0")))
    written["items"] = [_said(answer, told) for answer in answers]


def _read_essay(found: Any, written: Draft, told: _Told) -> None:
    form = text_in(found, "responseformat").strip()
    model = _said(found.find("graderinfo"), told)
    files = int(_number(text_in(found, "attachments") or "0"))
    starter = _said(found.find("responsetemplate"), told)
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


def _read_cloze(found: Any, written: Draft, told: _Told) -> None:
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
    written["text"] = _CLOZE.sub(gap, text[:end]) + text[end:]
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


def _inverse(said: str) -> str:
    try:
        inverse = 1 / Decimal(said.strip()[:LONGEST_NUMBER])
    except ArithmeticError:
        return said
    return plain_number(inverse) if abs(inverse.adjusted()) < LONGEST_NUMBER else said
