"""What each role may do with quizzes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.roles import EVERYONE, STAFF, TEACHING, Role
from core.policies import policy
from quizzes.models import Attempt, QuizStatus

if TYPE_CHECKING:
    from accounts.models import User
    from core.files.models import StoredFile
    from quizzes.models import Generation, Quiz

# What nobody does by hand in the admin.
WRITTEN_BY_ACTIONS = frozenset(
    {"quizzes.attempt", "quizzes.quiz", "quizzes.drawrule", "quizzes.generation"}
)


@policy("quizzes.view")
def view(user: User, obj: Quiz | None) -> bool:
    """See quizzes: students what is published, those who teach each other's drafts too"""
    if obj is None or user.role in TEACHING:
        return user.role in EVERYONE
    return obj.status == QuizStatus.PUBLISHED


@policy("quizzes.take", seen_by="quizzes.view", in_person=True)
def take(user: User, obj: Quiz | None) -> bool:
    """Take a published quiz; on a track, those who are on it (the action says so)"""
    return user.role in EVERYONE and (obj is None or obj.status == QuizStatus.PUBLISHED)


@policy("quizzes.preview", seen_by="quizzes.view")
def preview(user: User, obj: Quiz | None) -> bool:
    """Look at a quiz with its keys, published or not, as students will see it"""
    return user.role in TEACHING


@policy("quizzes.make", in_person=True)
def make(user: User, obj: object) -> bool:
    """Write quizzes, have them generated, and duplicate those of others"""
    return user.role in TEACHING


@policy("quizzes.edit", seen_by="quizzes.view", in_person=True)
def edit(user: User, obj: Quiz | None) -> bool:
    """Change and publish a quiz of one's own, or where one is an editor"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    if user.role != Role.TRAINER:
        return False
    return obj.author_id == user.pk or obj.editors.filter(pk=user.pk).exists()


@policy("quizzes.delete", seen_by="quizzes.view", in_person=True)
def delete(user: User, obj: Quiz | None) -> bool:
    """Delete a quiz of one's own; staff delete any"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and obj.author_id == user.pk


@policy("quizzes.view_results", seen_by="quizzes.view")
def view_results(user: User, obj: Quiz | None) -> bool:
    """See who took a quiz and how it went: where one may edit it"""
    return edit(user, obj)


@policy("quizzes.mark", seen_by="quizzes.view_results", in_person=True)
def mark(user: User, obj: Quiz | None) -> bool:
    """Give points for answers that a person has to look at: where one may edit the quiz"""
    return edit(user, obj)


@policy("quizzes.view_attempt")
def view_attempt(user: User, obj: Attempt | None) -> bool:
    """See an attempt: one's own, as a trainer those of one's students and at one's quizzes"""
    if obj is None or user.role in STAFF or obj.student_id == user.pk:
        return user.role in EVERYONE
    seen = Attempt.objects.visible_to(user)
    return user.role == Role.TRAINER and seen.filter(pk=obj.pk).exists()


@policy("quizzes.answer", seen_by="quizzes.view_attempt", in_person=True)
def answer(user: User, obj: Attempt | None) -> bool:
    """Answer in an attempt of one's own, and hand it in"""
    return user.role in EVERYONE and (obj is None or obj.student_id == user.pk)


@policy("quizzes.view_own_subject")
def view_own_subject(user: User, obj: object) -> bool:
    """See how one fares oneself in a subject"""
    return user.role in EVERYONE


@policy("quizzes.view_subject_analytics")
def view_subject_analytics(user: User, obj: object) -> bool:
    """See how questions of a subject fare, as far as one sees them in the bank"""
    return user.role in TEACHING


@policy("quizzes.view_generation")
def view_generation(user: User, obj: Generation | None) -> bool:
    """See what a generator did: what one asked it oneself; staff see all"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and obj.owner_id == user.pk


@policy("quizzes.view_costs")
def view_costs(user: User, obj: object) -> bool:
    """See what generating costs, by person and day"""
    return user.role in STAFF


@policy("quizzes.read_answer_file")
def read_answer_file(user: User, obj: StoredFile | None) -> bool:
    """Read a file that was given as an answer: one's own, or in an attempt that one sees"""
    if obj is None or obj.owner_id == user.pk or user.role in STAFF:
        return user.role in EVERYONE
    if user.role != Role.TRAINER:
        return False
    seen = Attempt.objects.visible_to(user)
    return seen.filter(questions__response__contains=[str(obj.pk)]).exists()


@policy("quizzes.read_source")
def read_source(user: User, obj: StoredFile | None) -> bool:
    """Read the file from which one had a quiz generated"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and obj.owner_id == user.pk
