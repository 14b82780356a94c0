"""Keeping pictures for questions, and knowing which version shows which."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile, File
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from core.files.actions import store_file
from core.files.models import StoredFile
from core.files.pictures import made_anew
from questions.files import IMAGE, IMAGE_FILES
from questions.images import Picture, named_in, remake
from questions.kinds import Outline
from questions.models import Question, QuestionVersion, VersionImage


@dataclass(frozen=True)
class KeptImage:
    file: StoredFile
    picture: Picture


def keep_image(*, upload: File[Any], owner: User, at: datetime, field: str = "file") -> KeptImage:
    """Made anew and stored. One that no question shows within a week is forgotten."""
    picture = made_anew(upload, remake, max_bytes=IMAGE_FILES.max_bytes, field=field)
    name = f"{PurePath(upload.name or '').stem or 'picture'}{picture.extension}"
    file = store_image(picture.content, name=name, owner=owner, at=at, field=field)
    return KeptImage(file, picture)


def store_image(content: bytes, *, name: str, owner: User, at: datetime, field: str) -> StoredFile:
    """One that was made anew."""
    return store_file(
        content=ContentFile(content, name=name),
        name=name,
        purpose=IMAGE,
        owner=owner,
        at=at,
        field=field,
    )


def images_for(user: User | None) -> QuerySet[StoredFile]:
    """Those that somebody may put into a question: their own, and what is in one that they see."""
    images = StoredFile.objects.of(IMAGE)
    if user is None:
        return images
    seen = Question.objects.visible_to(user)
    shown = VersionImage.objects.filter(file=OuterRef("pk"), version__question__in=seen)
    return images.filter(Q(owner=user) | Exists(shown))


def link_images(
    versions: Sequence[tuple[QuestionVersion, Outline]], *, by: User | None = None
) -> None:
    """Note what these show, in two queries; in none where they show nothing.

    Files may name what their sender was never shown: those pictures are not theirs to keep.
    """
    named = [(version, named_in(_texts(version, outline))) for version, outline in versions]
    asked = set().union(*(marks for _version, marks in named))
    if not asked:
        return
    kept = set(images_for(by).filter(pk__in=asked).values_list("pk", flat=True))
    VersionImage.objects.bulk_create(
        VersionImage(version=version, file_id=mark)
        for version, marks in named
        for mark in sorted(marks & kept)
    )


def _texts(version: QuestionVersion, outline: Outline) -> Iterable[str]:
    yield version.text
    yield version.explanation
    for choice in outline.choices:
        yield choice.text
        yield choice.feedback
    yield json.dumps([version.body, version.key])
