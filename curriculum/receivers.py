"""What curriculum does when people come, choose a main track, or come onto their first."""

from django.db import transaction

from accounts.actions.people import edit_profile
from accounts.events import ProfileEdited, UserAdded
from accounts.models import User
from accounts.roles import Role
from core.callers import Caller
from core.events.receiving import Envelope, on
from curriculum.actions.enrollment import enroll
from curriculum.events import Enrolled
from curriculum.models import Track


@on(UserAdded)
def enroll_who_comes_for_a_track(event: UserAdded, envelope: Envelope) -> None:
    _enroll_on_main_track(event.user_id, envelope)


@on(ProfileEdited)
def enroll_who_chose_a_track(event: ProfileEdited, envelope: Envelope) -> None:
    if "track" in event.fields:
        _enroll_on_main_track(event.user_id, envelope)


@on(Enrolled)
def make_the_first_track_the_main_one(event: Enrolled, envelope: Envelope) -> None:
    """Trainers are found by the main track, so nobody who learns is without one."""
    with transaction.atomic():
        students = User.objects.active().filter(pk=event.student_id, role=Role.STUDENT, track="")
        student = students.select_for_update(no_key=True).first()
        if student is not None:
            changes = {"track": event.track}
            edit_profile(student, changes=changes, by=student, caller=Caller(), at=envelope.at)


def _enroll_on_main_track(user_id: int, envelope: Envelope) -> None:
    """Where it is free. Whoever is on it already stays so, and nobody is taken off another."""
    user = User.objects.active().filter(pk=user_id, role=Role.STUDENT).exclude(track="").first()
    if user is None:
        return
    track = Track.objects.published().filter(code=user.track, is_free=True).first()
    if track is not None:
        enroll(user, track=track, by=user, at=envelope.at)
