"""What a person has to look at: essays, files and, for now, code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from questions.kinds.base import (
    PENDING,
    WRONG,
    BadResponse,
    Grade,
    Kind,
    Material,
    Outline,
    Problem,
    Response,
    as_text,
    plain_ends,
    text_of,
    words_in,
)

LONGEST_ESSAY = 50_000
MOST_FILES = 10
MOST_WORDS = 20_000


class _ByHand(Kind):
    is_graded_by_hand = True

    def grade(self, material: Material, response: Response) -> Grade:
        """No answer needs nobody to look at it."""
        return PENDING if response else WRONG

    def right_response(self, material: Material) -> Response:
        return None


class Essay(_ByHand):
    """Written with `min_words`, `max_words` (0 for none) and a `model_answer` for graders."""

    type = "ESSAY"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text, model = text_of(written, problems), words_in(written, "model_answer", problems)
        least = _count(written, "min_words", MOST_WORDS, problems)
        most = _count(written, "max_words", MOST_WORDS, problems)
        if most and least > most:
            problems.append(Problem("max_words", _("At most is less than at least.")))
        if problems:
            return None, problems
        body = {"min_words": least, "max_words": most}
        return Outline(self.type, text, body=body, key={"model_answer": model}), []

    def write(self, outline: Outline) -> dict[str, Any]:
        return {
            "text": outline.text,
            **{name: number for name, number in outline.body.items() if number},
            **{name: words for name, words in outline.key.items() if words},
        }

    def parse(self, material: Material, raw: object) -> Response:
        return as_text(raw, longest=LONGEST_ESSAY)


class Code(_ByHand):
    """Written with a `language`, what stands there at first (`starter`) and a `model_answer`."""

    type = "CODE"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text = text_of(written, problems)
        language = words_in(written, "language", problems)
        if len(language) > 30:
            problems.append(Problem("language", _("Write the name of a language.")))
        starter, model = (_code(written, name, problems) for name in ("starter", "model_answer"))
        if problems:
            return None, problems
        body = {"language": language, "starter": starter}
        return Outline(self.type, text, body=body, key={"model_answer": model}), []

    def write(self, outline: Outline) -> dict[str, Any]:
        facts = {**outline.body, **outline.key}
        return {"text": outline.text, **{name: said for name, said in facts.items() if said}}

    def parse(self, material: Material, raw: object) -> Response:
        return as_text(raw, longest=LONGEST_ESSAY)


class FileUpload(_ByHand):
    """Written with `max_files`. An answer is a list of ids of files."""

    type = "FILE_UPLOAD"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text, model = text_of(written, problems), words_in(written, "model_answer", problems)
        most = _count(written, "max_files", MOST_FILES, problems) or 1
        if problems:
            return None, problems
        return Outline(self.type, text, body={"max_files": most}, key={"model_answer": model}), []

    def write(self, outline: Outline) -> dict[str, Any]:
        return {
            "text": outline.text,
            "max_files": outline.body["max_files"],
            **{name: words for name, words in outline.key.items() if words},
        }

    def parse(self, material: Material, raw: object) -> Response:
        """Sound ids; that they are files of this student, whoever calls has to see to."""
        if raw is None:
            return None
        if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
            raise BadResponse(_("Answer with a list of files."))
        if len(raw) > material.body["max_files"]:
            raise BadResponse(
                _("Hand in at most %(most)s files.") % {"most": material.body["max_files"]}
            )
        try:
            ids = [str(UUID(each)) for each in raw]
        except ValueError:
            raise BadResponse(_("One of these is no file.")) from None
        return list(dict.fromkeys(ids)) or None


def _count(written: Mapping[str, Any], name: str, most: int, problems: list[Problem]) -> int:
    found = written.get(name) or 0
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
        problems.append(
            Problem(name, _("Write a whole number from 0 to %(most)s.") % {"most": most})
        )
        return 0
    return found


def _code(written: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    """Its first line may be indented."""
    words_in(written, name, problems)
    said = written.get(name)
    return plain_ends(said).strip("\n").rstrip() if isinstance(said, str) else ""
