"""JSON of our own: everything, as `drafts` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO, NoReturn

from django.utils.translation import gettext as _

from questions.formats.drafts import Draft, Row
from questions.formats.limits import decoded, refuse
from questions.formats.losses import Loss
from questions.kinds import Problem

NAME, VERSION = "apranova-questions", 1


def read(file: BinaryIO) -> Iterator[Row]:
    for number, written in enumerate(_list(decoded(file.read())), start=1):
        if isinstance(written, dict):
            yield Row(number, written)
        else:
            yield Row(number, None, (Problem("question", _("Write an object with its fields.")),))


def write(drafts: Iterable[Draft], losses: Sequence[Loss]) -> Iterator[bytes]:
    yield f'{{"format": "{NAME}", "version": {VERSION}, "questions": ['.encode()
    for number, written in enumerate(drafts):
        between = ",\n" if number else "\n"
        yield (between + json.dumps(_with_number(written), ensure_ascii=False)).encode()
    shown = json.dumps([asdict(loss) for loss in losses], ensure_ascii=False)
    yield f'\n], "losses": {shown}}}\n'.encode()


def _list(text: str) -> list[Any]:
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        refuse(_("This is not valid JSON: %s") % error)
    except (ValueError, RecursionError):
        refuse(_("This is not JSON that can be read."))
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
