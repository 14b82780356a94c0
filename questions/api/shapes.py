"""How questions look to callers: whole for staff, without any trace of the key for students."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Invalid
from questions.formats.drafts import without_unseen
from questions.kinds import Deal, Outline, Problem, QuestionType, kind_of
from questions.models import Question, QuestionVersion

# What an author writes beside text and choices stands in `key`, by the names of the kinds.
_OUTSIDE_OF_THE_KEY = frozenset({"text", "choices", "items"})
_FIELDS = {"text": "question_text", "choices": "answers", "items": "answers"}


def staff_shape(question: Question, version: QuestionVersion, *, order: int = 0) -> dict[str, Any]:
    material = version.material
    written = kind_of(version.type).write(material)
    return {
        "id": question.pk,
        "question_text": version.text,
        "question_type": version.type,
        "order": order,
        "answers": [
            {
                "id": choice.id,
                "answer_text": choice.text,
                "is_correct": choice.is_correct or bool(choice.place),
                "feedback": choice.feedback,
            }
            for choice in sorted(material.choices, key=lambda each: each.place)
        ],
        "key": {name: said for name, said in written.items() if name not in _OUTSIDE_OF_THE_KEY},
        **_public(version),
        "explanation": version.explanation,
        "marks": float(version.marks),
        "difficulty": version.difficulty,
        "tags": version.tags,
        "subject": question.subject.code if question.subject else None,
        "chapter": question.chapter_id,
        "sources": version.sources,
        "version": version.number,
        "status": question.status,
        "is_shared": question.is_shared,
        "owner": question.owner_id,
    }


def student_shape(
    version: QuestionVersion, *, deal: Deal, marks: Decimal, order: int
) -> dict[str, Any]:
    """Nothing in it tells what is right: ids were given by chance, and orders are dealt."""
    material = version.material
    texts = {choice.id: choice.text for choice in material.choices}
    shape = {
        "id": version.question_id,
        "question_text": version.text,
        "question_type": version.type,
        "order": order,
        "answers": [{"id": id_, "answer_text": texts[id_]} for id_ in deal.choices],
        **_public(version),
        "marks": float(marks),
    }
    if version.type == QuestionType.MATCHING:
        rights = {each["id"]: each for each in material.body["right"]}
        shape["right"] = [rights[name] for name in deal.right]
    return shape


def key_shape(version: QuestionVersion) -> dict[str, Any]:
    """What is added once an attempt may show it."""
    material = version.material
    return {
        "correct": kind_of(version.type).right_response(material),
        "explanation": version.explanation,
        "sources": version.sources,
        "choice_feedback": {
            str(choice.id): choice.feedback for choice in material.choices if choice.feedback
        },
    }


def outline_from(given: Mapping[str, Any]) -> Outline:
    """What a caller wrote, read by its kind; raises Invalid with every problem by its field."""
    type_ = given["question_type"]
    written = {**without_unseen(given.get("key") or {}), "text": given["question_text"]}
    answers = given.get("answers") or []
    if type_ == QuestionType.ORDERING:
        written["items"] = [each["answer_text"] for each in answers] or written.get("items")
    elif type_ == QuestionType.TRUE_FALSE:
        _say_which_is_true(written, answers)
    elif kind_of(type_).has_choices:
        written["choices"] = [
            {
                "text": each["answer_text"],
                "correct": each.get("is_correct", False),
                "feedback": each.get("feedback", ""),
            }
            for each in answers
        ]
    outline, problems = kind_of(type_).read(written)
    if outline is None:
        raise Invalid(None, **problems_by_field(problems))
    return outline


def problems_by_field(problems: list[Problem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        found[_FIELDS.get(problem.field, "key")].append(problem.message)
    return dict(found)


def _say_which_is_true(written: dict[str, Any], answers: list[Mapping[str, Any]]) -> None:
    if "answer" in written or not answers:
        return
    right = [each["answer_text"].strip().casefold() for each in answers if each.get("is_correct")]
    if right not in (["true"], ["false"]):
        raise Invalid(None, answers=[_("Mark True or False as correct.")])
    written["answer"] = right == ["true"]


def _public(version: QuestionVersion) -> dict[str, Any]:
    return {
        name: said for name, said in kind_of(version.type).seen(version.material).items() if said
    }
