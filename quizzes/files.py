"""Files that are answers, and files from which quizzes are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Exists, Func, JSONField, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from core.files.kinds import ARCHIVES, DOCUMENTS, IMAGES
from core.files.purposes import MB, FilePurpose

if TYPE_CHECKING:
    from core.files.models import StoredFile

ANSWER, SOURCE = "quiz answer", "quiz source"


def _in_no_answer(files: QuerySet[StoredFile]) -> QuerySet[StoredFile]:
    """An answer names its files by their ids, in a list."""
    key = Func(
        Cast(OuterRef("pk"), TextField()),
        function="jsonb_build_array",
        output_field=JSONField(),
    )
    answers = apps.get_model("quizzes", "AttemptQuestion").objects.filter(
        attempt__student=OuterRef("owner"), response__contains=key
    )
    return files.exclude(Exists(answers))


ANSWER_FILES = FilePurpose(
    policy="quizzes.read_answer_file",
    kinds=IMAGES | DOCUMENTS | ARCHIVES,
    max_bytes=10 * MB,
    unused=_in_no_answer,
)
SOURCE_FILES = FilePurpose(
    policy="quizzes.read_source",
    kinds=frozenset({"pdf", "docx", "pptx", "text"}),
    max_bytes=10 * MB,
    unused=lambda files: files.filter(generations=None),
)
