"""JSON of our own: everything, as `drafts` describes it, and the pictures behind the questions.

A text shows `![words](pictures/NAME?w=640&h=480)`, and `pictures` lists what is called so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, BinaryIO, NoReturn
from urllib.parse import unquote
from uuid import UUID

from django.utils.translation import gettext as _

from questions.formats.drafts import Draft, Row, each_text, texts_in
from questions.formats.limits import decoded, refuse
from questions.formats.losses import Loss
from questions.formats.pictures import (
    FIELD,
    Named,
    Shelf,
    Taken,
    from_base64,
    from_file,
    in_base64,
    in_file,
    missing,
    shown_in,
    twice,
)
from questions.kinds import Problem

NAME, VERSION = "apranova-questions", 1
BEFORE = "pictures/"
_SHOWN = re.compile(r"""!\[[^\[\]]*\]\(pictures/([^\s)?#"'<>]+)""")


def read(file: BinaryIO, shelf: Shelf) -> Iterator[Row]:
    found = _whole(decoded(file.read()))
    pictures = _Pictures(found, shelf)
    for number, written in enumerate(_list(found), start=1):
        if not isinstance(written, dict):
            yield Row(number, None, (Problem("question", _("Write an object with its fields.")),))
            continue
        problems: list[Problem] = []
        notes: list[Problem] = []
        marked = each_text(written, partial(pictures.marked, problems=problems, notes=notes))
        yield Row(number, marked, tuple(problems), tuple(notes))


def write(drafts: Iterable[Draft], losses: Sequence[Loss], taken: Taken) -> Iterator[bytes]:
    yield f'{{"format": "{NAME}", "version": {VERSION}, "questions": ['.encode()
    shown: dict[UUID, None] = {}
    for number, written in enumerate(drafts):
        between = ",\n" if number else "\n"
        said = _with_number(written)
        for text in texts_in(said):
            shown |= dict.fromkeys(shown_in(text, taken))
        named = each_text(said, lambda text: in_file(text, taken, BEFORE))
        yield (between + json.dumps(named, ensure_ascii=False)).encode()
    yield b"\n]"
    if shown:
        yield b', "pictures": ['
        for number, mark in enumerate(shown):
            picture = taken[mark]
            facts = json.dumps({"name": picture.name, "type": picture.content_type})
            yield ((",\n" if number else "\n") + facts[:-1] + ', "base64": "').encode()
            yield from in_base64(picture)
            yield b'"}'
        yield b"\n]"
    listed = json.dumps([asdict(loss) for loss in losses], ensure_ascii=False)
    yield f', "losses": {listed}}}\n'.encode()


class _Pictures:
    """What the file says of its pictures; the media type that it claims counts for nothing."""

    def __init__(self, found: Any, shelf: Shelf) -> None:
        self._named = Named(shelf, self._load)
        self._said: dict[str, Any] = {}
        self._twice: set[str] = set()
        listed = found.get("pictures") if isinstance(found, dict) else None
        for each in listed if isinstance(listed, list) else ():
            name = each.get("name") if isinstance(each, dict) else None
            if isinstance(name, str):
                if name in self._said:
                    self._twice.add(name)
                self._said[name] = each.get("base64")

    def marked(self, text: str, *, problems: list[Problem], notes: list[Problem]) -> str:
        """One that is not there is no problem: a text may speak of pictures in any way it likes."""
        absent = (name for name in map(unquote, _SHOWN.findall(text)) if name not in self._said)
        notes += [Problem(FIELD, str(missing(name).message)) for name in absent]
        return from_file(text, BEFORE, self._said.__contains__, self._named, problems)

    def _load(self, name: str) -> bytes:
        if name in self._twice:
            raise twice(name)
        said = self._said[name]
        return from_base64(said if isinstance(said, str) else "", name)


def _whole(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        refuse(_("This is not valid JSON: %s") % error)
    except (ValueError, RecursionError):
        refuse(_("This is not JSON that can be read."))


def _list(found: Any) -> list[Any]:
    if isinstance(found, dict):
        version = found.get("version", VERSION)
        if version != VERSION:
            refuse(_("This file is of a newer version than we know. Export it as version 1."))
        found = found.get("questions")
    if not isinstance(found, list):
        refuse(_("Write a list of questions, or an object with a list `questions`."))
    return found


def _with_number(written: Draft) -> Draft:
    marks = float(written["marks"])
    return {**written, "marks": int(marks) if marks.is_integer() else marks}


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is no JSON", "", 0)
