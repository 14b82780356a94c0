"""Which trainer looks after which student.

Locks are taken in one order: the student, then trainers by id, then assignments. So two who assign
at once wait in line, and what the second one sees is what the first one left.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record_audit
from accounts.errors import NoTrainerForTrack, TrainerFull
from accounts.events import TrainerAssigned, TrainerUnassigned
from accounts.models import TrainerAssignment, User
from accounts.rules import TRAINER_PLACES
from core.callers import Caller
from core.errors import Invalid
from core.events.actions import record


class EndOfAssignment(StrEnum):
    MOVED = "moved"
    UNASSIGNED = "unassigned"
    ROLE_CHANGED = "role_changed"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"


@transaction.atomic
def assign_trainer(
    student: User, *, trainer: User, by: User | None, caller: Caller, at: datetime
) -> TrainerAssignment:
    """Whoever had another trainer moves; the same one again changes nothing."""
    student = _locked_student(student)
    if not _lock(User.objects.filter(pk=trainer.pk).active().trainers()):
        raise Invalid(None, trainer=[_("Choose somebody who is a trainer and active.")])
    return _place(student, trainer.pk, by=by, caller=caller, at=at)


@transaction.atomic
def assign_trainer_with_most_room(
    student: User, *, by: User | None, caller: Caller, at: datetime
) -> TrainerAssignment:
    """Of those who teach the student's track; all of them are held while they are compared."""
    student = _locked_student(student)
    if not student.track:
        raise NoTrainerForTrack(_("This student is on no track yet. Choose one first."))
    trainers = _lock(User.objects.active().trainers().teaching(student.track))
    if not trainers:
        raise NoTrainerForTrack
    trainer = _with_most_room(trainers, student)
    return _place(student, trainer, by=by, caller=caller, at=at)


@transaction.atomic
def unassign_trainer(
    student: User, *, by: User | None, caller: Caller, at: datetime
) -> TrainerAssignment | None:
    """The assignment that ended, if there was one."""
    student = _locked_student(student)
    running = _running_of(student)
    if running is not None:
        _end(running, EndOfAssignment.UNASSIGNED, by=by, caller=caller, at=at)
    return running


def end_assignments_of(
    user: User, reason: EndOfAssignment, *, by: User | None, caller: Caller, at: datetime
) -> None:
    """Both as a trainer and as a student; the caller holds the user's row."""
    concerned = models.Q(trainer=user) | models.Q(student=user)
    running = TrainerAssignment.objects.running().filter(concerned).order_by("pk")
    for assignment in running.select_related("student", "trainer").select_for_update(of=("self",)):
        _end(assignment, reason, by=by, caller=caller, at=at)


def _place(
    student: User, trainer: int, *, by: User | None, caller: Caller, at: datetime
) -> TrainerAssignment:
    before = _running_of(student)
    if before is not None and before.trainer_id == trainer:
        return before
    slot = _free_slot(trainer)
    if before is not None:
        _end(before, EndOfAssignment.MOVED, by=by, caller=caller, at=at)
    assignment = TrainerAssignment.objects.create(
        trainer_id=trainer, student=student, slot=slot, started_at=at
    )
    record_audit(
        "accounts.trainer_assigned",
        by=by,
        target=student,
        data={"trainer": trainer, "place": slot},
        caller=caller,
        at=at,
    )
    record(TrainerAssigned(student_id=student.pk, trainer_id=trainer), by=by, at=at)
    return assignment


def _free_slot(trainer: int) -> int:
    running = TrainerAssignment.objects.running().filter(trainer=trainer)
    taken = set(running.values_list("slot", flat=True))
    free = (slot for slot in range(1, TRAINER_PLACES + 1) if slot not in taken)
    slot = next(free, None)
    if slot is None:
        raise TrainerFull(trainer=trainer, places=TRAINER_PLACES)
    return slot


def _with_most_room(trainers: Sequence[int], student: User) -> int:
    """The student's own place is not counted: so asking twice does not move them to and fro."""
    running = TrainerAssignment.objects.running().filter(trainer__in=trainers)
    taken = Counter(running.exclude(student=student).values_list("trainer_id", flat=True))
    present = _running_of(student)
    roomiest = min(
        trainers,
        key=lambda trainer: (
            taken[trainer],
            present is None or present.trainer_id != trainer,
            trainer,
        ),
    )
    if taken[roomiest] >= TRAINER_PLACES:
        raise TrainerFull(
            _("Every trainer of this track has as many students as one can look after."),
            places=TRAINER_PLACES,
        )
    return roomiest


def _end(
    assignment: TrainerAssignment,
    reason: EndOfAssignment,
    *,
    by: User | None,
    caller: Caller,
    at: datetime,
) -> None:
    assignment.ended_at = at
    assignment.save(update_fields=["ended_at"])
    record_audit(
        "accounts.trainer_unassigned",
        by=by,
        target=assignment.student,
        data={"trainer": assignment.trainer_id, "reason": reason.value},
        caller=caller,
        at=at,
    )
    ended = TrainerUnassigned(
        student_id=assignment.student_id, trainer_id=assignment.trainer_id, reason=reason.value
    )
    record(ended, by=by, at=at)


def _running_of(student: User) -> TrainerAssignment | None:
    running = TrainerAssignment.objects.running().filter(student=student)
    return running.select_related("student", "trainer").first()


def _locked_student(student: User) -> User:
    if not _lock(User.objects.filter(pk=student.pk).active().students()):
        raise Invalid(None, student=[_("Choose somebody who is a student and active.")])
    return User.objects.get(pk=student.pk)


def _lock(people: models.QuerySet[User]) -> list[int]:
    """Whom it holds, without their keys: rows about them can still be written by others."""
    held = people.order_by("pk").select_for_update(no_key=True)
    return list(held.values_list("pk", flat=True))
