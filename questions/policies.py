"""What each role may do with the question bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.roles import EVERYONE, STAFF, TEACHING, Role
from core.policies import policy

if TYPE_CHECKING:
    from accounts.models import User
    from core.files.models import StoredFile
    from questions.models import ImportBatch, Question

# What nobody does by hand in the admin.
WRITTEN_BY_ACTIONS = frozenset(
    {
        "questions.choice",
        "questions.importbatch",
        "questions.question",
        "questions.questionversion",
        "questions.versionstatistics",
    }
)


@policy("questions.view_subjects")
def view_subjects(user: User, obj: object) -> bool:
    """See what questions are about"""
    return user.role in EVERYONE


@policy("questions.manage_subjects", seen_by="questions.view_subjects", in_person=True)
def manage_subjects(user: User, obj: object) -> bool:
    """Make and change subjects and chapters"""
    return user.role in STAFF


@policy("questions.view_bank")
def view_bank(user: User, obj: Question | None) -> bool:
    """See questions with their keys: one's own and what is shared; staff see all"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and (obj.owner_id == user.pk or obj.is_shared)


@policy("questions.edit", seen_by="questions.view_bank", in_person=True)
def edit(user: User, obj: Question | None) -> bool:
    """Write questions, and change one's own; staff change all"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and obj.owner_id == user.pk


@policy("questions.import", in_person=True)
def import_questions(user: User, obj: ImportBatch | None) -> bool:
    """Take in files of questions, and take one's own imports back"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and obj.owner_id == user.pk


@policy("questions.read_import_file", in_person=True)
def read_import_file(user: User, obj: StoredFile | None) -> bool:
    """Read a file of questions that one has sent"""
    return user.role in TEACHING and (obj is None or obj.owner_id == user.pk)


@policy("questions.export", in_person=True)
def export(user: User, obj: None) -> bool:
    """Take questions away as a file"""
    return user.role in TEACHING


@policy("questions.read_image")
def read_image(user: User, obj: StoredFile | None) -> bool:
    """See a picture in a question; nobody finds one who was not shown its address"""
    return user.role in EVERYONE
