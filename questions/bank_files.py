"""The files of the question bank, one a subject, read whole or refused with file, line and why.

Pure: files in, frozen values out. What becomes of them in the database is the loader's matter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from curriculum.content_heads import ContentError, Head, called, twins
from questions.kinds import KINDS, Outline, kind_of

DIFFICULTIES = ("easy", "medium", "hard")
LONGEST_NAME = 120
LONGEST_LINE = 300
LONGEST_TAG = 40
MOST_TAGS = 6
ALL_OF_IT = 100

# Ten times as quick where PyYAML was built with libyaml, as its wheels are.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRACK = re.compile(r"[A-Z]{2,8}")
_MARKS = re.compile(r"\d{1,3}(\.\d{1,2})?")

_SUBJECT = ("code", "name", "description", "tracks", "chapters", "questions")
_CHAPTER = ("name", "weight")
_QUESTION = ("ref", "type", "chapter", "difficulty", "marks", "tags", "text", "explanation")

# What else a question of each kind may have: the words that its `read` knows.
WORDS: Mapping[str, tuple[str, ...]] = {
    "SINGLE": ("choices",),
    "MULTIPLE": ("choices", "scoring"),
    "TRUE_FALSE": ("answer", "feedback_true", "feedback_false"),
    "NUMERIC": ("value", "tolerance", "units", "unit_required"),
    "SHORT_TEXT": ("accepted", "pattern", "case_sensitive", "keep_spaces"),
    "MATCHING": ("pairs", "distractors"),
    "ORDERING": ("items", "scoring"),
    "FILL_BLANKS": ("blanks",),
    "ESSAY": ("min_words", "max_words", "model_answer"),
    "FILE_UPLOAD": ("max_files", "model_answer"),
    "CODE": ("language", "starter", "model_answer"),
}
# The same for the rows within a word.
_ROWS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "choices": ("choice", ("text", "correct", "feedback")),
    "units": ("unit", ("unit", "factor")),
    "pairs": ("pair", ("left", "right")),
    "blanks": ("blank", ("accepted", "case_sensitive")),
}


@dataclass(frozen=True)
class ChapterFile:
    """`weight` is its share of an exam over the subject, in percent."""

    name: str
    weight: int


@dataclass(frozen=True)
class QuestionFile:
    """`ref` names it over all files and for good, so that it is found again when they change."""

    ref: str
    chapter: str
    outline: Outline
    explanation: str
    marks: Decimal
    difficulty: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class SubjectFile:
    """`file` is the name by which messages call it, such as `content/python.yaml`."""

    file: str
    code: str
    name: str
    description: str
    tracks: tuple[str, ...]
    chapters: tuple[ChapterFile, ...]
    questions: tuple[QuestionFile, ...]


def read_subjects(folder: Path) -> list[SubjectFile]:
    """Every subject of the folder, in the order of the codes."""
    if not folder.is_dir():
        raise ContentError(
            folder.name, None, "There is no such folder: name the one with the bank."
        )
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    subjects = [_read_subject(path) for path in paths]
    where: dict[str, str] = {}
    for subject in subjects:
        for question in subject.questions:
            other = where.setdefault(question.ref, subject.file)
            if other != subject.file:
                raise ContentError(
                    *(subject.file, None),
                    f"`ref: {question.ref}` is also in {other}: give each question its own.",
                )
    return subjects


def _read_subject(path: Path) -> SubjectFile:
    file = called(path)
    if path.suffix != ".yaml":
        raise ContentError(file, None, "Not a subject's name: call it like python.yaml.")
    node = _compose(path)
    head = Head(file, node, "subject", _SUBJECT)
    if (code := head.key("code")) != path.stem:
        raise head.wrong("code", f"is {code}, but the file is {path.name}: use one name")
    tracks = head.lines("tracks", 1, 10, longest=8)
    if not all(_TRACK.fullmatch(track) for track in tracks):
        raise head.wrong("tracks", "are codes of two to eight capital letters, such as DP")
    chapters = _read_chapters(file, head, _list(head, node, "chapters"))
    questions = tuple(
        _read_question(file, each, [chapter.name for chapter in chapters])
        for each in _list(head, node, "questions")
    )
    for ref in twins(question.ref for question in questions):
        raise ContentError(file, None, f"`ref: {ref}` stands twice: give each question its own.")
    return SubjectFile(
        file=file,
        code=code,
        name=head.line("name", LONGEST_NAME),
        description=head.line("description", LONGEST_LINE),
        tracks=tracks,
        chapters=chapters,
        questions=questions,
    )


def _read_chapters(file: str, head: Head, nodes: list[yaml.Node]) -> tuple[ChapterFile, ...]:
    parts = [Head(file, node, "chapter", _CHAPTER) for node in nodes]
    chapters = tuple(
        ChapterFile(part.line("name", LONGEST_NAME), part.number("weight", 1, ALL_OF_IT))
        for part in parts
    )
    for name in twins(chapter.name for chapter in chapters):
        raise head.wrong("chapters", f"name `{name}` twice: keep one")
    total = sum(chapter.weight for chapter in chapters)
    if total != ALL_OF_IT:
        raise head.wrong("chapters", f"weigh {total} together: make that {ALL_OF_IT}")
    return chapters


def _read_question(file: str, node: yaml.Node, chapters: list[str]) -> QuestionFile:
    type_ = _type(file, node)
    question = Head(file, node, "question", _QUESTION, optional=WORDS[type_])
    ref = question.key("ref")
    chapter = question.line("chapter", LONGEST_NAME)
    if chapter not in chapters:
        raise question.wrong("chapter", f"is none of this subject: write one of {_all(chapters)}")
    _check_rows(file, node)
    return QuestionFile(
        ref=ref,
        chapter=chapter,
        outline=_read_outline(file, node, type_, ref),
        explanation=question.text("explanation"),
        marks=_marks(question, _entry(node, "marks")),
        difficulty=question.one_of("difficulty", DIFFICULTIES),
        tags=question.lines("tags", 1, MOST_TAGS, longest=LONGEST_TAG),
    )


def _type(file: str, node: yaml.Node) -> str:
    """Which decides what else a question may have, so that it is asked first of all."""
    every = (word for words in WORDS.values() for word in words)
    return Head(file, node, "question", _QUESTION, optional=tuple(dict.fromkeys(every))).one_of(
        "type", KINDS
    )


def _check_rows(file: str, node: yaml.Node) -> None:
    """Keys that no row has. What else is wrong with rows, the kind says."""
    for word, (noun, known) in _ROWS.items():
        found = _entry(node, word)
        rows = found.value if isinstance(found, yaml.SequenceNode) else []
        if isinstance(found, yaml.MappingNode):
            rows = [value for _key, value in found.value]
        for row in rows:
            if isinstance(row, yaml.MappingNode):
                Head(file, row, noun, (), optional=known)


def _read_outline(file: str, node: yaml.Node, type_: str, ref: str) -> Outline:
    line = node.start_mark.line + 1
    outline, problems = kind_of(type_).read(_value(file, node))
    if outline is None:
        said = " ".join(f"`{problem.field}`: {problem.message}" for problem in problems)
        raise ContentError(file, line, f"{ref}: {said}")
    return outline


def _marks(question: Head, node: yaml.Node | None) -> Decimal:
    said = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
    if not _MARKS.fullmatch(said) or not Decimal(said):
        raise question.wrong("marks", "should be a number above 0, such as 1 or 1.5")
    return Decimal(said)


def _compose(path: Path) -> yaml.Node:
    """Nodes first, since they know their lines and show a key that stands twice."""
    file = called(path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError:
        raise ContentError(file, None, "Not UTF-8: save it in that encoding.") from None
    except yaml.YAMLError as error:
        raise _no_yaml(file, error) from error
    if node is None:
        raise ContentError(file, 1, "The file is empty: write a subject.")
    return node


def _value(file: str, node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise _no_yaml(file, error) from error
    finally:
        loader.dispose()


def _no_yaml(file: str, error: yaml.YAMLError) -> ContentError:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else None
    return ContentError(file, line, f"This is no YAML: {getattr(error, 'problem', None) or error}.")


def _list(head: Head, node: yaml.Node, key: str) -> list[yaml.Node]:
    found = _entry(node, key)
    if not isinstance(found, yaml.SequenceNode) or not found.value:
        raise head.wrong(key, "should be a list with something in it")
    return list(found.value)


def _entry(node: yaml.Node, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _all(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
