"""Deciding on work by API."""

import pytest

from accounts.actions.trainers import assign_trainer
from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from core.tests.answers import error_of
from curriculum.models import (
    Decision,
    DeliverableKind,
    Review,
    RubricPoint,
    Submission,
    SubmissionStatus,
)
from curriculum.tests.factories import decide, enrolled, hand_in, make_track

SUBMISSIONS = "/api/curriculum/submissions/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return make_track("FSD", kinds=(DeliverableKind.TEXT,))


@pytest.fixture
def student(track, trainer, admin):
    student = enrolled(track)
    assign_trainer(student, trainer=trainer, by=admin, caller=Caller(), at=now())
    return student


@pytest.fixture
def work(track, student):
    return hand_in(track.projects.get(number=1).deliverables.get(number=1), student)


def at(submission, what="review"):
    return f"{SUBMISSIONS}{submission.pk}/{what}/"


APPROVE = {"decision": "approved", "feedback": "Well done."}


def test_a_trainer_decides_with_points(api_of, work, trainer):
    body = {
        **APPROVE,
        "revision": 1,
        "rubric": [
            {"criterion": "works", "points": 8, "comment": "One is unclear."},
            {"criterion": "It is clear", "points": 5},
        ],
    }

    answer = api_of(trainer).post(at(work), body, format="json")

    assert answer.status_code == 201
    said = answer.json()
    assert (said["decision"], said["revision"], said["reviewer"]["id"]) == (
        "approved",
        1,
        trainer.pk,
    )
    assert [(each["points"], each["most_points"]) for each in said["rubric"]] == [(8, 10), (5, 5)]
    work.refresh_from_db()
    assert work.status == SubmissionStatus.APPROVED
    assert Event.objects.filter(name="curriculum.work_reviewed").count() == 1
    assert AuditEntry.objects.filter(action="curriculum.work_reviewed").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "decision"),
        ({"decision": "splendid"}, "decision"),
        ({"decision": "changes_requested"}, "feedback"),
        ({"decision": "rejected", "feedback": "  "}, "feedback"),
        ({**APPROVE, "revision": 0}, "revision"),
        ({**APPROVE, "revision": "x"}, "revision"),
        ({**APPROVE, "feedback": "x" * 20_001}, "feedback"),
        ({**APPROVE, "rubric": [{"criterion": "works", "points": 11}]}, "rubric"),
        ({**APPROVE, "rubric": [{"criterion": "works", "points": -1}]}, "rubric"),
        ({**APPROVE, "rubric": [{"criterion": "beauty", "points": 1}]}, "rubric"),
        ({**APPROVE, "rubric": [{"criterion": "works", "points": 1}] * 2}, "rubric"),
        ({**APPROVE, "rubric": "all"}, "rubric"),
    ],
)
def test_what_is_no_decision_is_refused(api_of, work, trainer, body, field):
    answer = api_of(trainer).post(at(work), body, format="json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert field in {name.partition(".")[0] for name in answer.json()["error"]["details"]}
    assert not Review.objects.exists()
    assert not RubricPoint.objects.exists()


def test_the_second_decision_is_told_of_the_first(api_of, work, trainer, admin):
    decide(work, Decision.CHANGES_REQUESTED, by=admin)
    first = Review.objects.get()

    answer = api_of(trainer).post(at(work), APPROVE, format="json")

    assert error_of(answer) == (409, "CONFLICT")
    assert answer.json()["error"]["details"] == {
        "review": first.pk,
        "decision": "changes_requested",
    }
    assert Review.objects.get().decision == "changes_requested"


def test_a_revision_that_is_no_longer_the_newest_is_not_decided_on(api_of, work, trainer, student):
    api_of(student).put(f"{SUBMISSIONS}{work.pk}/", {"note": "Newer."}, format="json")

    answer = api_of(trainer).post(at(work), {**APPROVE, "revision": 1}, format="json")

    assert error_of(answer) == (409, "CONFLICT")
    assert answer.json()["error"]["details"] == {"newest": 2, "revision": 1}


def test_students_decide_on_nothing(api_of, work, student):
    assert error_of(api_of(student).post(at(work), APPROVE)) == (403, "PERMISSION_DENIED")


def test_other_trainers_find_nothing_to_decide_on(api_of, work):
    other = UserFactory(trainer=True, tracks=["FSD"])

    assert error_of(api_of(other).post(at(work), APPROVE)) == (404, "NOT_FOUND")


def test_nobody_decides_on_their_own_work(api_of, track, superadmin):
    api_of(superadmin).post("/api/curriculum/enrollments/", {"track": "FSD"})
    own = hand_in(track.projects.get(number=1).deliverables.get(number=1), superadmin)

    assert error_of(api_of(superadmin).post(at(own), APPROVE)) == (403, "PERMISSION_DENIED")


def test_the_same_key_decides_once(api_of, work, trainer):
    headers = {"Idempotency-Key": "r-1"}
    first = api_of(trainer).post(at(work), APPROVE, format="json", headers=headers)
    again = api_of(trainer).post(at(work), APPROVE, format="json", headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


# The pool


@pytest.fixture
def pooled(track):
    alone = enrolled(track)
    return hand_in(track.projects.get(number=1).deliverables.get(number=1), alone)


def test_what_one_has_in_hand_no_other_decides_on(api_of, pooled):
    first, second = (UserFactory(trainer=True, tracks=["FSD"]) for _ in range(2))
    assert api_of(first).post(at(pooled, "claim")).status_code == 200

    assert error_of(api_of(second).post(at(pooled, "claim"))) == (409, "CONFLICT")
    assert error_of(api_of(second).post(at(pooled), APPROVE)) == (409, "CONFLICT")
    assert api_of(first).post(at(pooled, "claim")).status_code == 200  # renewed
    assert api_of(first).delete(at(pooled, "claim")).status_code == 204
    assert api_of(second).post(at(pooled), APPROVE).status_code == 201


def test_a_claim_ends_by_itself(api_of, pooled):
    first, second = (UserFactory(trainer=True, tracks=["FSD"]) for _ in range(2))
    api_of(first).post(at(pooled, "claim"))
    Submission.objects.update(claimed_until=now())

    assert api_of(second).post(at(pooled, "claim")).status_code == 200


# Opening it again


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REJECTED])
def test_a_decision_is_taken_back_with_a_reason(api_of, work, trainer, student, decision):
    decide(work, decision, by=trainer)

    answer = api_of(trainer).post(at(work, "reopen"), {"reason": "I looked at the wrong file."})

    assert answer.status_code == 200
    assert answer.json()["status"] == "changes_requested"
    again = api_of(student).put(f"{SUBMISSIONS}{work.pk}/", {"note": "Here."}, format="json")
    assert again.status_code == 200
    assert api_of(trainer).post(at(work), APPROVE, format="json").status_code == 201


def test_there_is_nothing_to_take_back_while_it_waits(api_of, work, trainer):
    answer = api_of(trainer).post(at(work, "reopen"), {"reason": "Hm."})

    assert error_of(answer) == (409, "CONFLICT")
    assert api_of(trainer).post(at(work, "reopen"), {"reason": " "}).status_code == 400


def test_students_take_nothing_back(api_of, work, trainer, student):
    decide(work, Decision.REJECTED, by=trainer)

    assert api_of(student).post(at(work, "reopen"), {"reason": "Please."}).status_code == 403
