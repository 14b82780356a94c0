"""Whoever comes for a track, or makes one their main one, is put on it where it is free."""

import pytest

from accounts.actions.people import edit_profile
from accounts.events import ProfileEdited, UserAdded
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from core.events.receiving import Envelope
from curriculum.actions.enrollment import enroll
from curriculum.events import Enrolled
from curriculum.models import Enrollment, Grant, GrantSource
from curriculum.receivers import (
    enroll_who_chose_a_track,
    enroll_who_comes_for_a_track,
    make_the_first_track_the_main_one,
)
from curriculum.tests.factories import make_track

pytestmark = pytest.mark.django_db


def told(event_class, **facts):
    receiver = {
        UserAdded: enroll_who_comes_for_a_track,
        ProfileEdited: enroll_who_chose_a_track,
        Enrolled: make_the_first_track_the_main_one,
    }[event_class]
    name = "accounts.any"
    row = Event.objects.create(name=name, payload={}, recorded_at=now())
    envelope = Envelope(id=row.pk, name=name, by_id=None, at=now(), request_id="")
    receiver(event_class(**facts), envelope)


def test_who_joins_with_a_track_is_on_it():
    track = make_track("SHED")
    student = UserFactory(track="SHED")
    for _ in range(2):
        told(UserAdded, user_id=student.pk, role="student")
    enrollment = Enrollment.objects.get()
    assert (enrollment.student, enrollment.track) == (student, track)
    assert Grant.objects.get().source == GrantSource.FREE


def test_who_chooses_another_main_track_is_on_both():
    make_track("SHED")
    make_track("SHOP")
    student = UserFactory(track="SHED")
    told(UserAdded, user_id=student.pk, role="student")
    student.track = "SHOP"
    student.save()
    told(ProfileEdited, user_id=student.pk, fields=["track"])
    assert set(Enrollment.objects.values_list("track__code", flat=True)) == {"SHED", "SHOP"}


def test_another_name_enrolls_nobody():
    make_track("SHED")
    student = UserFactory(track="SHED")
    told(ProfileEdited, user_id=student.pk, fields=["name", "phone"])
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize(
    "facts", [{"is_free": False}, {"is_published": False}], ids=["price", "unpublished"]
)
def test_what_is_not_free_or_not_there_is_not_given_away(facts):
    make_track("SHED", **facts)
    told(UserAdded, user_id=UserFactory(track="SHED").pk, role="student")
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize(
    "who",
    [{"role": "trainer"}, {"is_active": False}, {"track": ""}, {"track": "GONE"}],
    ids=["trainer", "closed", "no track", "unknown track"],
)
def test_nobody_else_is_enrolled(who):
    make_track("SHED")
    user = UserFactory(**{"track": "SHED", **who})
    told(UserAdded, user_id=user.pk, role=user.role)
    told(UserAdded, user_id=user.pk + 999, role="student")
    assert not Enrollment.objects.exists()


def test_the_first_track_that_one_is_on_becomes_the_main_one():
    student = UserFactory(track="")
    for code in ("SHED", "SHOP"):
        enroll(student, track=make_track(code), by=student, at=now())
        told(Enrolled, student_id=student.pk, track=code)
    student.refresh_from_db()
    assert student.track == "SHED"
    assert Event.objects.filter(name="accounts.profile_edited").count() == 1


def test_who_does_not_learn_gets_no_main_track():
    trainer = UserFactory(role="trainer", track="")
    told(Enrolled, student_id=trainer.pk, track="SHED")
    told(Enrolled, student_id=trainer.pk + 999, track="SHED")
    trainer.refresh_from_db()
    assert trainer.track == ""


def test_the_profile_tells_of_it():
    make_track("SHED")
    student = UserFactory()
    edit_profile(student, changes={"track": "SHED"}, by=student, caller=Caller(), at=now())
    event = Event.objects.get(name="accounts.profile_edited")
    assert "track" in event.payload["fields"]
