"""Who is on a track, and why: the one door to access, for payments, cohorts and admins alike."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record_audit
from accounts.models import User
from core.callers import Caller
from core.errors import Invalid
from core.events.actions import record
from core.registries import track_prices
from curriculum.errors import NotEnrolled, PaymentRequired
from curriculum.events import AccessEnded, AccessGranted, Enrolled
from curriculum.models import Enrollment, Grant, GrantSource, Track


@transaction.atomic
def enroll(
    student: User, *, track: Track, by: User | None, at: datetime
) -> tuple[Enrollment, bool]:
    """Put a student on a free track; says whether that is new. What has a price is told as 402."""
    known = Enrollment.objects.with_access(at).filter(student=student, track=track).first()
    if known is not None:
        return known, False
    if not track.is_free:
        raise PaymentRequired(plans=_plans_for(track))
    grant, is_new = _grant(
        student,
        track=track,
        source=GrantSource.FREE,
        reference="",
        until=None,
        by=by,
        at=at,
    )
    return grant.enrollment, is_new


@transaction.atomic
def grant_access(
    student: User,
    *,
    track: Track,
    source: GrantSource,
    reference: str = "",
    until: datetime | None = None,
    by: User | None,
    at: datetime,
    caller: Caller | None = None,
) -> Grant:
    """One reason more for access. The same reason again only moves its end."""
    if until is not None and until <= at:
        raise Invalid(None, until=[_("Choose a moment that is still to come.")])
    grant, has_changed = _grant(
        student, track=track, source=source, reference=reference, until=until, by=by, at=at
    )
    if has_changed and source == GrantSource.ADMIN:
        record_audit(
            "curriculum.access_granted",
            by=by,
            target=student,
            data={"track": track.code, "until": until.isoformat() if until else None},
            caller=caller,
            at=at,
        )
    return grant


@transaction.atomic
def end_grants(
    *,
    source: GrantSource,
    reference: str,
    by: User | None,
    at: datetime,
    student: User | None = None,
    track: Track | None = None,
) -> int:
    """End what one source has given, and nothing else; says how many grants that were."""
    living = Grant.objects.of_source(source, reference).filter(ended_at=None)
    if student is not None:
        living = living.filter(enrollment__student=student)
    if track is not None:
        living = living.filter(enrollment__track=track)
    grants = list(
        living.select_related("enrollment__track").order_by("pk").select_for_update(of=("self",))
    )
    for grant in grants:
        end_grant(grant, by=by, at=at)
    return len(grants)


@transaction.atomic
def end_grant(grant: Grant, *, by: User | None, at: datetime, caller: Caller | None = None) -> None:
    """Of two who end it at once, one does."""
    if not Grant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=at):
        return
    enrollment = grant.enrollment
    if grant.source == GrantSource.ADMIN:
        record_audit(
            "curriculum.access_ended",
            by=by,
            target=enrollment.student,
            data={"track": enrollment.track.code},
            caller=caller,
            at=at,
        )
    ended = AccessEnded(
        student_id=enrollment.student_id,
        track=enrollment.track.code,
        source=grant.source,
        reference=grant.reference,
    )
    record(ended, by=by, at=at)


def lock_enrollment(student: User, *, track: Track, at: datetime) -> Enrollment:
    """Whoever writes about a student's work on a track holds this row: so two wait in line."""
    enrollment = (
        Enrollment.objects.filter(student=student, track=track)
        .select_for_update(no_key=True)
        .first()
    )
    if enrollment is None or not enrollment.grants.living(at).exists():
        raise NotEnrolled(track=track.code)
    return enrollment


def _grant(
    student: User,
    *,
    track: Track,
    source: GrantSource,
    reference: str,
    until: datetime | None,
    by: User | None,
    at: datetime,
) -> tuple[Grant, bool]:
    """The living grant of this source, and whether it is new or has another end than before."""
    enrollment, is_new = Enrollment.objects.get_or_create(
        student=student, track=track, defaults={"enrolled_at": at}
    )
    if is_new:
        record(Enrolled(student_id=student.pk, track=track.code), by=by, at=at)
    grant, is_new = Grant.objects.get_or_create(
        enrollment=enrollment,
        source=source,
        reference=reference,
        ended_at=None,
        defaults={"starts_at": at, "ends_at": until},
    )
    if is_new:
        granted = AccessGranted(
            student_id=student.pk, track=track.code, source=source, reference=reference
        )
        record(granted, by=by, at=at)
        return grant, True
    has_moved = grant.ends_at != until
    if has_moved:
        grant.ends_at = until
        grant.save(update_fields=["ends_at"])
    return grant, has_moved


def _plans_for(track: Track) -> list[dict[str, object]]:
    """What higher floors offer for it."""
    return [plan for _name, plans in track_prices for plan in plans(track.code)]
