"""Cohorts: who runs a track together, and what is due when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.audit import record_audit
from accounts.models import User
from accounts.roles import Role
from core.callers import Caller
from core.days import is_day
from core.errors import Invalid
from core.events.actions import record
from curriculum.actions.enrollment import end_grants, grant_access
from curriculum.errors import InAnotherCohort
from curriculum.events import CohortChanged, CohortJoined, CohortLeft, ExtensionGiven
from curriculum.models import (
    Cohort,
    CohortMember,
    DueDate,
    Extension,
    GrantSource,
    Project,
    Track,
)

NAME_TAKEN = gettext_lazy("There is a cohort of this name on this track already.")


@transaction.atomic
def make_cohort(
    *,
    name: str,
    track: Track,
    starts_on: date,
    time_zone: str,
    trainers: Collection[User],
    by: User,
    at: datetime,
) -> Cohort:
    _check(name=name, track=track, starts_on=starts_on, time_zone=time_zone, trainers=trainers)
    cohort = Cohort(
        name=name.strip(), track=track, starts_on=starts_on, time_zone=time_zone, created_at=at
    )
    _save(cohort)
    cohort.trainers.set(trainers)
    record(CohortChanged(cohort_id=cohort.pk), by=by, at=at)
    return cohort


@transaction.atomic
def edit_cohort(
    cohort: Cohort,
    *,
    name: str,
    starts_on: date,
    time_zone: str,
    trainers: Collection[User],
    by: User,
    at: datetime,
) -> Cohort:
    """A cohort stays on its track: its members were put on that one."""
    _check(
        name=name,
        track=cohort.track,
        starts_on=starts_on,
        time_zone=time_zone,
        trainers=trainers,
        but=cohort.pk,
    )
    cohort.name, cohort.starts_on, cohort.time_zone = name.strip(), starts_on, time_zone
    _save(cohort)
    cohort.trainers.set(trainers)
    record(CohortChanged(cohort_id=cohort.pk), by=by, at=at)
    return cohort


@transaction.atomic
def close_cohort(cohort: Cohort, *, by: User, at: datetime, caller: Caller | None = None) -> None:
    """Its due dates no longer hold, and the access that it gave ends; work and progress stay."""
    if not Cohort.objects.filter(pk=cohort.pk, closed_at=None).update(closed_at=at):
        return
    end_grants(source=GrantSource.COHORT, reference=str(cohort.pk), by=by, at=at)
    cohort.members.filter(left_at=None).update(left_at=at)
    record_audit("curriculum.cohort_closed", by=by, target=cohort, caller=caller, at=at)
    record(CohortChanged(cohort_id=cohort.pk), by=by, at=at)


@transaction.atomic
def join_cohort(cohort: Cohort, *, student: User, by: User, at: datetime) -> CohortMember:
    """Put a student into a cohort, and so on its track."""
    if student.role != Role.STUDENT or not student.is_active:
        raise Invalid(None, student=[_("Choose somebody who is a student and active.")])
    # Held against its closing, which would miss whoever comes in meanwhile.
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.closed_at is not None:
        raise Invalid(None, cohort=[_("This cohort is closed.")])
    known = CohortMember.objects.filter(student=student, track=cohort.track_id, left_at=None)
    member = known.first()
    if member is not None and member.cohort_id != cohort.pk:
        raise InAnotherCohort(cohort=member.cohort_id)
    if member is not None:
        return member
    try:
        with transaction.atomic():
            member = CohortMember.objects.create(
                cohort=cohort, student=student, track_id=cohort.track_id, joined_at=at
            )
    except IntegrityError:
        raise InAnotherCohort from None
    grant_access(
        student,
        track=cohort.track,
        source=GrantSource.COHORT,
        reference=str(cohort.pk),
        by=by,
        at=at,
    )
    record(CohortJoined(cohort_id=cohort.pk, student_id=student.pk), by=by, at=at)
    return member


@transaction.atomic
def leave_cohort(member: CohortMember, *, by: User, at: datetime) -> None:
    if not CohortMember.objects.filter(pk=member.pk, left_at=None).update(left_at=at):
        return
    end_grants(
        source=GrantSource.COHORT,
        reference=str(member.cohort_id),
        student=member.student,
        by=by,
        at=at,
    )
    left = CohortLeft(cohort_id=member.cohort_id, student_id=member.student_id)
    record(left, by=by, at=at)


@transaction.atomic
def set_due_dates(
    cohort: Cohort, *, days: Mapping[Project, date | None], by: User, at: datetime
) -> None:
    """Own days for some projects; none gives a project back to the week of its track."""
    for project, day in days.items():
        if project.track_id != cohort.track_id:
            raise Invalid(None, project=[_("This project is on another track.")])
        _refuse_far_day(day, "due_on")
        if day is None:
            DueDate.objects.filter(cohort=cohort, project=project).delete()
        else:
            DueDate.objects.update_or_create(
                cohort=cohort, project=project, defaults={"due_on": day}
            )
    record(CohortChanged(cohort_id=cohort.pk), by=by, at=at)


@transaction.atomic
def extend(
    student: User, *, project: Project, due_on: date, reason: str, by: User, at: datetime
) -> Extension:
    """Another day for one student; the next one takes the place of this one."""
    _refuse_far_day(due_on, "due_on")
    extension, _is_new = Extension.objects.update_or_create(
        student=student,
        project=project,
        defaults={"due_on": due_on, "reason": reason.strip(), "given_by": by, "given_at": at},
    )
    record_audit(
        "curriculum.extension_given",
        by=by,
        target=student,
        data={"project": project.pk, "due_on": due_on.isoformat()},
        at=at,
    )
    given = ExtensionGiven(student_id=student.pk, project_id=project.pk, due_on=due_on.isoformat())
    record(given, by=by, at=at)
    return extension


def withdraw_extension(extension: Extension) -> None:
    extension.delete()


def _save(cohort: Cohort) -> None:
    """Of two who take one name at once, the second is told as if the first had been long before."""
    try:
        with transaction.atomic():
            cohort.save()
    except IntegrityError:
        raise Invalid(None, name=[NAME_TAKEN]) from None


def _refuse_far_day(day: date | None, field: str) -> None:
    if day is not None and not is_day(day):
        raise Invalid(None, **{field: [_("Choose a day of this century or the next.")]})


def _check(
    *,
    name: str,
    track: Track,
    starts_on: date,
    time_zone: str,
    trainers: Collection[User],
    but: int = 0,
) -> None:
    _refuse_far_day(starts_on, "starts_on")
    problems: dict[str, Any] = {}
    if not name.strip():
        problems["name"] = [_("Give the cohort a name.")]
    elif Cohort.objects.filter(track=track, name=name.strip()).exclude(pk=but).exists():
        problems["name"] = [NAME_TAKEN]
    if time_zone not in available_timezones():
        problems["time_zone"] = [_("Choose a time zone such as Asia/Kolkata.")]
    if any(each.role != Role.TRAINER or not each.is_active for each in trainers):
        problems["trainers"] = [_("Choose people who are trainers and active.")]
    if problems:
        raise Invalid(None, **problems)
