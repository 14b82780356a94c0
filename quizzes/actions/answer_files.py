"""Files that are answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from core.files.actions import store_file
from core.files.models import StoredFile
from core.files.purposes import MB
from core.locking import held
from curriculum.errors import StorageFull
from quizzes.errors import AlreadySubmitted
from quizzes.files import ANSWER
from quizzes.models import Attempt


@transaction.atomic
def keep_answer_file(
    attempt: Attempt, *, content: File[Any], name: str, at: datetime
) -> StoredFile:
    """For an open attempt. Nobody fills more than their room; what no answer names goes again."""
    # Uploads of one person wait for each other here: else two at once would both fit.
    student: User = held(User.objects, attempt.student_id, no_key=True)
    if not Attempt.objects.open().filter(pk=attempt.pk).exists():
        raise AlreadySubmitted(attempt=str(attempt.pk))
    own = StoredFile.objects.filter(owner=student, purpose=ANSWER)
    used = own.aggregate(total=Sum("size"))["total"] or 0
    if used + (content.size or 0) > settings.STUDENT_FILES_MB * MB:
        raise StorageFull(limit_mb=settings.STUDENT_FILES_MB)
    return store_file(content=content, name=name, purpose=ANSWER, owner=student, at=at)
