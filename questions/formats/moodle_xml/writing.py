"""Questions in the types that Moodle itself has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from questions.formats.categories import category_of
from questions.formats.drafts import Draft, compared_in
from questions.formats.losses import Loss
from questions.formats.moodle_xml.names import CLOZE, FILES, GRADINGS, inverse
from questions.formats.pictures import Taken, in_base64, in_file, shown_in
from questions.formats.xml_trees import Element, ProcessingInstruction, element, shown
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
_PLACE = re.compile(rb"<\?picture ([0-9a-f-]{36})\?>")
_CLOZE_SPECIAL = re.compile(r"([\\}#~/\"])")


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
    if any(inverse(inverse(unit["factor"])) != unit["factor"] for unit in units):
        return frozenset({"units", "unit_required"})
    if written["type"] == "FILL_BLANKS" and CLOZE.search(written["text"]):
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
            element(unit, "multiplier", inverse(each["factor"]))
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
    grading = next(key for key, name in GRADINGS.items() if name == written["scoring"])
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
