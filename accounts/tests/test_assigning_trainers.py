"""Trainers and their twenty places, however many assign at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from accounts.actions import trainers
from accounts.actions.people import change_role, deactivate_user, delete_user
from accounts.actions.trainers import (
    assign_trainer,
    assign_trainer_with_most_room,
    unassign_trainer,
)
from accounts.errors import NoTrainerForTrack, TrainerFull
from accounts.models import AuditEntry, Role, TrainerAssignment, User
from accounts.rules import TRAINER_PLACES
from accounts.tests.factories import UserFactory
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now
from core.errors import Invalid
from core.events.models import Event
from core.tests.races import one_within_the_other


def by(user):
    return {"by": user, "caller": Caller("192.0.2.7"), "at": now()}


def fill(trainer, places):
    """As many students as that, without what assigning leaves behind."""
    students = User.objects.bulk_create(
        User(email=f"of{trainer.pk}.{slot}@example.test", track="FSD")
        for slot in range(1, places + 1)
    )
    TrainerAssignment.objects.bulk_create(
        TrainerAssignment(trainer=trainer, student=student, slot=slot, started_at=now())
        for slot, student in enumerate(students, start=1)
    )
    return students


def students_of(trainer):
    return set(User.objects.looked_after_by(trainer))


@pytest.fixture
def fsd(db):
    return UserFactory(trainer=True, tracks=["FSD"])


@pytest.mark.django_db
def test_a_student_gets_a_trainer_with_a_trace(admin, student, trainer):
    assignment = assign_trainer(student, trainer=trainer, **by(admin))
    assert (assignment.slot, assignment.ended_at) == (1, None)
    assert student.assigned_trainer == trainer
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor.user, entry.subject.user) == (
        "accounts.trainer_assigned",
        admin,
        student,
    )
    assert entry.data == {"trainer": trainer.pk, "place": 1}
    event = Event.objects.get()
    assert event.name == "accounts.trainer_assigned"
    assert event.payload == {"student_id": student.pk, "trainer_id": trainer.pk}


@pytest.mark.django_db
def test_the_same_trainer_again_changes_nothing(admin, student, trainer):
    first = assign_trainer(student, trainer=trainer, **by(admin))
    assert assign_trainer(student, trainer=trainer, **by(admin)) == first
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_another_trainer_takes_over_and_the_first_one_stays_in_the_history(admin, student, trainer):
    other = UserFactory(trainer=True)
    first = assign_trainer(student, trainer=trainer, **by(admin))
    assign_trainer(student, trainer=other, **by(admin))
    first.refresh_from_db()
    assert first.ended_at is not None
    assert student.assigned_trainer == other
    assert student.assignments_as_student.count() == 2
    assert Event.objects.get(name="accounts.trainer_unassigned").payload["reason"] == "moved"


@pytest.mark.django_db
def test_a_move_to_a_full_trainer_leaves_everything_as_it_was(admin, student, trainer, fsd):
    assign_trainer(student, trainer=trainer, **by(admin))
    fill(fsd, TRAINER_PLACES)
    with pytest.raises(TrainerFull) as refused:
        assign_trainer(student, trainer=fsd, **by(admin))
    assert refused.value.details == {"trainer": fsd.pk, "places": 20}
    assert student.assigned_trainer == trainer


@pytest.mark.django_db
def test_a_place_that_was_left_is_taken_again(admin, student, fsd):
    students = fill(fsd, TRAINER_PLACES)
    unassign_trainer(students[6], **by(admin))
    assert students[6].assigned_trainer is None
    assert assign_trainer(student, trainer=fsd, **by(admin)).slot == 7


@pytest.mark.django_db
def test_whoever_has_no_trainer_is_taken_from_nobody(admin, student):
    assert unassign_trainer(student, **by(admin)) is None
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.TRAINER, Role.ADMIN, Role.SUPERADMIN])
def test_only_students_have_a_trainer(admin, trainer, role):
    with pytest.raises(Invalid) as refused:
        assign_trainer(UserFactory(role=role), trainer=trainer, **by(admin))
    assert set(refused.value.details) == {"student"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.STUDENT, Role.ADMIN, Role.SUPERADMIN])
def test_only_trainers_have_students(admin, student, role):
    with pytest.raises(Invalid) as refused:
        assign_trainer(student, trainer=UserFactory(role=role), **by(admin))
    assert set(refused.value.details) == {"trainer"}


@pytest.mark.django_db
def test_closed_accounts_have_neither(admin, student, trainer):
    for one, other in (
        (UserFactory(is_active=False), trainer),
        (student, UserFactory(trainer=True, is_active=False)),
    ):
        with pytest.raises(Invalid):
            assign_trainer(one, trainer=other, **by(admin))


@pytest.mark.django_db
def test_most_room_is_looked_for_among_those_who_teach_the_track(admin):
    busy, free = UserFactory.create_batch(2, trainer=True, tracks=["FSD", "DP"])
    UserFactory(trainer=True, tracks=["DP"])
    UserFactory(trainer=True, tracks=["FSD"], is_active=False)
    UserFactory(trainer=True, tracks=[])
    UserFactory(admin=True, tracks=["FSD"])
    fill(busy, 2)
    fill(free, 1)
    student = UserFactory(track="FSD")
    assert assign_trainer_with_most_room(student, **by(admin)).trainer == free


@pytest.mark.django_db
def test_asking_twice_moves_nobody_to_and_fro(admin):
    first, second = UserFactory.create_batch(2, trainer=True, tracks=["FSD"])
    fill(first, 3)
    fill(second, 3)
    student = UserFactory(track="FSD")
    for _ in range(3):
        assert assign_trainer_with_most_room(student, **by(admin)).trainer == first
    assign_trainer(student, trainer=second, **by(admin))
    assert assign_trainer_with_most_room(student, **by(admin)).trainer == second


@pytest.mark.django_db
def test_when_every_trainer_is_full_nobody_is_found(admin, fsd):
    mine = fill(fsd, TRAINER_PLACES)
    with pytest.raises(TrainerFull):
        assign_trainer_with_most_room(UserFactory(track="FSD"), **by(admin))
    assert assign_trainer_with_most_room(mine[0], **by(admin)).trainer == fsd


@pytest.mark.django_db
@pytest.mark.parametrize("track", ["", "DP"])
def test_a_track_that_nobody_teaches_has_no_trainer_to_give(admin, fsd, track):
    with pytest.raises(NoTrainerForTrack):
        assign_trainer_with_most_room(UserFactory(track=track), **by(admin))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (partial(change_role, role=Role.STUDENT), "role_changed"),
        (deactivate_user, "deactivated"),
        (delete_user, "deleted"),
    ],
)
def test_a_trainer_who_goes_leaves_their_students_free(superadmin, fsd, act, reason):
    students = fill(fsd, 3)
    act(fsd, **by(superadmin))
    assert not TrainerAssignment.objects.running().exists()
    assert all(each.assigned_trainer is None for each in students)
    ended = Event.objects.filter(name="accounts.trainer_unassigned")
    assert {each.payload["student_id"] for each in ended} == {each.pk for each in students}
    assert {each.payload["reason"] for each in ended} == {reason}
    assert AuditEntry.objects.filter(action="accounts.trainer_unassigned").count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act", [partial(change_role, role=Role.TRAINER), deactivate_user, delete_user]
)
def test_a_student_who_goes_leaves_a_place(superadmin, fsd, act):
    one, other = fill(fsd, 2)
    act(one, **by(superadmin))
    assert students_of(fsd) == {other}


@pytest.mark.django_db
@pytest.mark.parametrize("slot", [0, TRAINER_PLACES + 1])
def test_the_database_itself_knows_of_no_more_places(student, trainer, slot):
    with pytest.raises(IntegrityError, match="assignment_slot_in_range"):
        TrainerAssignment.objects.create(
            trainer=trainer, student=student, slot=slot, started_at=now()
        )


@pytest.mark.django_db
def test_the_history_keeps_every_trainer_that_one_had(admin, student, trainer):
    at = now()
    for days in range(3):
        moment = {"by": admin, "caller": Caller(), "at": at + timedelta(days=days)}
        assign_trainer(student, trainer=trainer, **moment)
        unassign_trainer(student, **moment)
    assert student.assignments_as_student.count() == 3
    assert not student.assignments_as_student.running().exists()


# Races


def meeting_before_writing(monkeypatch, parties):
    """All have looked for a free place before anybody takes one, unless locks keep them apart."""
    meeting, look = Meeting(parties), trainers._free_slot

    def look_and_meet(trainer):
        slot = look(trainer)
        meeting.wait()
        return slot

    monkeypatch.setattr(trainers, "_free_slot", look_and_meet)


def assign_two_to_one(trainer, admins, monkeypatch):
    students = UserFactory.create_batch(2)
    meeting_before_writing(monkeypatch, 2)
    return at_once(
        *(
            partial(assign_trainer, student, trainer=trainer, **by(admin))
            for student, admin in zip(students, admins, strict=True)
        )
    )


@pytest.fixture
def admins(db):
    return UserFactory.create_batch(2, admin=True)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_reach_for_one_place_and_one_fails_though_there_is_room(
    fsd, admins, monkeypatch
):
    fill(fsd, 5)
    take_locks_off(monkeypatch)
    outcomes = assign_two_to_one(fsd, admins, monkeypatch)
    assert sum(isinstance(each, IntegrityError) for each in outcomes) == 1
    assert len(students_of(fsd)) == 6


@pytest.mark.django_db(transaction=True)
def test_two_who_assign_at_once_both_find_a_place(fsd, admins, monkeypatch):
    fill(fsd, 5)
    outcomes = assign_two_to_one(fsd, admins, monkeypatch)
    assert {each.slot for each in outcomes} == {6, 7}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_reach_for_the_last_place_one_gets_it_and_the_other_hears_why(
    fsd, admins, monkeypatch
):
    fill(fsd, TRAINER_PLACES - 1)
    outcomes = assign_two_to_one(fsd, admins, monkeypatch)
    assert sorted(type(each).__name__ for each in outcomes) == ["TrainerAssignment", "TrainerFull"]
    assert len(students_of(fsd)) == TRAINER_PLACES


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_still_keeps_the_limit(fsd, admins, monkeypatch):
    fill(fsd, TRAINER_PLACES - 1)
    take_locks_off(monkeypatch)
    assign_two_to_one(fsd, admins, monkeypatch)
    assert len(students_of(fsd)) == TRAINER_PLACES


def give_one_to_two(student, admins, monkeypatch):
    chosen = UserFactory.create_batch(2, trainer=True)
    meeting_before_writing(monkeypatch, 2)
    return at_once(
        *(
            partial(assign_trainer, student, trainer=trainer, **by(admin))
            for trainer, admin in zip(chosen, admins, strict=True)
        )
    )


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_who_assign_one_student_fails(student, admins, monkeypatch):
    take_locks_off(monkeypatch)
    outcomes = give_one_to_two(student, admins, monkeypatch)
    assert sum(isinstance(each, IntegrityError) for each in outcomes) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_assign_one_student_the_later_one_moves_them(student, admins, monkeypatch):
    outcomes = give_one_to_two(student, admins, monkeypatch)
    assert all(isinstance(each, TrainerAssignment) for each in outcomes)
    assert student.assignments_as_student.running().count() == 1
    assert student.assignments_as_student.count() == 2


def burst(students, admin):
    return at_once(
        *(partial(assign_trainer_with_most_room, student, **by(admin)) for student in students)
    )


@pytest.mark.django_db(transaction=True)
def test_a_burst_without_the_lock_leaves_students_without_a_place_that_there_is(
    admin, fsd, monkeypatch
):
    students = UserFactory.create_batch(4, track="FSD")
    take_locks_off(monkeypatch)
    meeting_before_writing(monkeypatch, 4)
    outcomes = burst(students, admin)
    assert any(isinstance(each, IntegrityError) for each in outcomes)
    assert len(students_of(fsd)) < 4


@pytest.mark.django_db(transaction=True)
def test_a_burst_fills_trainers_evenly_to_the_last_place(admin):
    trainers_there = UserFactory.create_batch(2, trainer=True, tracks=["FSD"])
    fill(trainers_there[0], 8)
    fill(trainers_there[1], 4)
    students = UserFactory.create_batch(30, track="FSD")
    outcomes = burst(students, admin)
    full = [each for each in outcomes if isinstance(each, TrainerFull)]
    assert (len(outcomes), len(full)) == (30, 2)
    assert [len(students_of(each)) for each in trainers_there] == [20, 20]


@pytest.mark.django_db(transaction=True)
def test_bursts_on_tracks_that_share_trainers_do_not_stand_in_each_others_way(admin):
    both = UserFactory(trainer=True, tracks=["DP", "FSD"])
    UserFactory(trainer=True, tracks=["DP"])
    UserFactory(trainer=True, tracks=["FSD"])
    students = [UserFactory(track=track) for _ in range(8) for track in ("DP", "FSD")]
    chosen = [partial(assign_trainer_with_most_room, each, **by(admin)) for each in students]
    by_hand = [
        partial(assign_trainer, each, trainer=both, **by(admin))
        for each in UserFactory.create_batch(4)
    ]
    outcomes = at_once(*chosen, *by_hand)
    assert all(isinstance(each, TrainerAssignment) for each in outcomes)
    assert TrainerAssignment.objects.running().count() == 20


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_student_ends_up_with_a_trainer_who_went(
    student, trainer, superadmin, monkeypatch
):
    take_locks_off(monkeypatch)
    one_within_the_other(
        partial(assign_trainer, student, trainer=trainer, **by(superadmin)),
        partial(deactivate_user, trainer, **by(superadmin)),
        owner=trainers,
        method="_free_slot",
    )
    assert students_of(trainer) == {student}


@pytest.mark.django_db(transaction=True)
def test_nobody_stays_with_a_trainer_who_goes_at_that_moment(
    student, trainer, superadmin, monkeypatch
):
    meeting_before_writing(monkeypatch, 2)
    at_once(
        partial(assign_trainer, student, trainer=trainer, **by(superadmin)),
        partial(deactivate_user, trainer, **by(superadmin)),
    )
    assert not User.objects.get(pk=trainer.pk).is_active
    assert not students_of(trainer)
