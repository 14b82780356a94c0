"""What the question bank keeps of a person: what they get a copy of, and what goes when they do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.personal_data import Document, PersonalData
from questions.actions.in_use import without_what_is_used
from questions.formats import written_of
from questions.models import ImportBatch, Question
from questions.planning import entry_of

AT_ONCE = 200
IMPORT = (
    *("file_name", "format", "state", "new_count", "changed_count", "identical_count"),
    *("wrong_count", "created_at", "applied_at", "undone_at"),
)


def collect(user: User) -> Iterator[Document]:
    own = Question.objects.of_owner(user).with_newest().order_by("pk")
    questions = own.iterator(chunk_size=AT_ONCE)
    yield Document("teaching/questions.json", map(_question, questions))
    imports = ImportBatch.objects.filter(owner=user).values(*IMPORT)
    yield Document("teaching/question-imports.json", imports.iterator())


def erase(user: User, at: datetime) -> None:
    """What they kept to themselves and nobody was asked; the rest belongs to those who use it."""
    unused = without_what_is_used(Question.objects.of_owner(user).filter(is_shared=False))
    Question.objects.filter(pk__in=[question.pk for question in unused]).delete()


PERSONAL_DATA = PersonalData(
    label=_("Gathering your questions"),
    collect=collect,
    erase=erase,
    goes=[_("Questions that you kept to yourself and that nobody was asked; your imports.")],
    stays=[_("Questions that you shared, or that somebody was asked, without your name.")],
)


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.pk,
        "status": question.status,
        "is_shared": question.is_shared,
        "version": question.newest_versions[0].number,
        "created_at": question.created_at,
        "edited_at": question.edited_at,
        **written_of(entry_of(question)),
    }
