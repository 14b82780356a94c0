"""Going on a track and ticking steps off by API."""

from datetime import timedelta

import pytest

from accounts.tests.factories import UserFactory
from core.clock import now
from core.events.models import Event
from core.registries import Registry
from core.tests.answers import error_of
from curriculum.actions.cohorts import join_cohort, make_cohort
from curriculum.actions.enrollment import end_grants, grant_access
from curriculum.models import Enrollment, Grant, GrantSource, Step, StepProgress
from curriculum.tests.factories import enrolled, finish, hand_in, make_track

ENROLL = "/api/curriculum/enrollments/"
TICK = "/api/curriculum/progress/"
OWN = "/api/curriculum/progress/me/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return make_track("FSD")


@pytest.fixture
def student(track):
    return enrolled(track)


def step_of(track, project=1, number=1):
    return track.projects.get(number=project).steps.get(number=number)


def tick(api, step, completed=True):
    body = {"project": step.project_id, "step": step.pk, "completed": completed}
    return api.post(TICK, body, format="json")


# Going on a track


def test_a_student_goes_on_a_free_track_once(api_of, track):
    newcomer = UserFactory()

    first = api_of(newcomer).post(ENROLL, {"track": "FSD"})
    second = api_of(newcomer).post(ENROLL, {"track": "FSD"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Grant.objects.get().source == GrantSource.FREE
    assert Event.objects.filter(name="curriculum.enrolled").count() == 1


def test_a_track_with_a_price_says_what_it_costs(api_of, monkeypatch):
    prices = Registry("prices")
    prices.register("payments", lambda code: [{"id": 1, "name": code, "amount": 4900}])
    monkeypatch.setattr("curriculum.actions.enrollment.track_prices", prices)
    make_track("DP", is_free=False)

    answer = api_of(UserFactory()).post(ENROLL, {"track": "DP"})

    assert error_of(answer) == (402, "PAYMENT_REQUIRED")
    assert answer.json()["error"]["details"]["plans"] == [{"id": 1, "name": "DP", "amount": 4900}]
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("trainer", 403), ("admin", 403), ("superadmin", 201), ("student", 201)],
)
def test_those_who_learn_enroll(api_of, track, role, status):
    person = UserFactory(**({} if role == "student" else {role: True}))

    assert api_of(person).post(ENROLL, {"track": "FSD"}).status_code == status


def test_nobody_enrolls_who_is_nobody(api, track):
    assert error_of(api.post(ENROLL, {"track": "FSD"})) == (401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("track_given", ["NOPE", "", None, 7, ["FSD"], {"code": "FSD"}])
def test_a_track_that_is_none_is_a_mistake_in_the_form(api_of, track, track_given):
    answer = api_of(UserFactory()).post(ENROLL, {"track": track_given}, format="json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert "track" in answer.json()["error"]["details"]


# Grants: access is the union of the living ones


def test_ending_one_grant_leaves_what_another_gives(api_of, track, student):
    at = now()
    grant_access(student, track=track, source=GrantSource.PAYMENT, reference="p1", by=None, at=at)

    end_grants(source=GrantSource.PAYMENT, reference="p1", by=None, at=at)
    assert tick(api_of(student), step_of(track)).status_code == 200
    end_grants(source=GrantSource.FREE, reference="", by=None, at=at)

    assert error_of(tick(api_of(student), step_of(track, number=2))) == (403, "NOT_ENROLLED")


def test_the_same_payment_grants_once_and_its_end_moves(track, student):
    at = now()
    for days in (30, 60):
        grant_access(
            student,
            track=track,
            source=GrantSource.PAYMENT,
            reference="sub_1",
            until=at + timedelta(days=days),
            by=None,
            at=at,
        )

    (grant,) = Grant.objects.filter(source=GrantSource.PAYMENT)
    assert grant.ends_at == at + timedelta(days=60)
    assert Event.objects.filter(name="curriculum.access_granted").count() == 2  # free, and this


def test_access_that_is_over_by_time_denies(api_of, track):
    student, at = UserFactory(), now()
    grant_access(
        student,
        track=track,
        source=GrantSource.ADMIN,
        until=at - timedelta(hours=1),
        by=None,
        at=at - timedelta(days=1),
    )

    assert error_of(tick(api_of(student), step_of(track))) == (403, "NOT_ENROLLED")


def test_whoever_lost_access_enrolls_again_and_finds_what_they_did(api_of, track, student):
    tick(api_of(student), step_of(track))
    end_grants(source=GrantSource.FREE, reference="", by=None, at=now())

    assert api_of(student).post(ENROLL, {"track": "FSD"}).status_code == 201
    assert api_of(student).get(OWN).json()["results"][0]["done"] == 1


# Ticking steps off


def test_a_step_is_ticked_off_and_the_tick_taken_back(api_of, track, student):
    step = step_of(track)

    done = tick(api_of(student), step).json()
    assert (done["completed"], done["done"], done["total"], done["percent"]) == (True, 1, 5, 20)
    assert tick(api_of(student), step).json() == done
    undone = tick(api_of(student), step, completed=False).json()

    assert (undone["completed"], undone["done"]) == (False, 0)
    told = Event.objects.filter(name__startswith="curriculum.step").values_list("name", flat=True)
    assert sorted(told) == ["curriculum.step_completed", "curriculum.step_reopened"]


def test_a_step_waits_for_those_before_it(api_of, track, student):
    assert error_of(tick(api_of(student), step_of(track, number=2))) == (409, "STEP_LOCKED")
    assert not StepProgress.objects.exists()


def test_a_locked_step_names_the_required_one_that_holds_it_up(api_of, track, student):
    Step.objects.filter(pk=step_of(track).pk).update(is_required=False)

    refused = tick(api_of(student), step_of(track, number=3))

    assert error_of(refused) == (409, "STEP_LOCKED")
    assert refused.json()["error"]["details"]["open_step"] == step_of(track, number=2).pk


def test_a_project_waits_for_the_one_before_it(api_of, track, student):
    second = step_of(track, project=2)
    assert error_of(tick(api_of(student), second)) == (409, "PROJECT_LOCKED")

    finish(track.projects.get(number=1), student)

    assert tick(api_of(student), second).status_code == 200


def test_whoever_is_not_on_the_track_ticks_nothing(api_of, track):
    assert error_of(tick(api_of(UserFactory()), step_of(track))) == (403, "NOT_ENROLLED")


def test_trainers_tick_nothing(api_of, track, trainer):
    assert error_of(tick(api_of(trainer), step_of(track))) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"project": "x", "step": 1, "completed": True},
        {"project": True, "step": True, "completed": True},
        {"project": 10**30, "step": 10**30, "completed": True},
        {"project": None, "step": None, "completed": None},
        [],
    ],
)
def test_what_is_no_tick_is_refused(api_of, track, student, body):
    assert error_of(api_of(student).post(TICK, body, format="json")) == (400, "VALIDATION_ERROR")


def test_a_step_of_another_project_is_refused(api_of, track, student):
    body = {
        "project": track.projects.get(number=2).pk,
        "step": step_of(track).pk,
        "completed": True,
    }
    answer = api_of(student).post(TICK, body, format="json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert "step" in answer.json()["error"]["details"]


def test_completing_a_project_is_told_once(track, student):
    finish(track.projects.get(number=1), student)

    assert Event.objects.filter(name="curriculum.project_completed").count() == 1


# How far one is


def test_progress_says_where_one_is_and_what_is_due_when(api_of, track, student, admin):
    at = now()
    cohort = make_cohort(
        name="Autumn",
        track=track,
        starts_on=(at - timedelta(days=20)).date(),
        time_zone="Asia/Kolkata",
        trainers=[],
        by=admin,
        at=at,
    )
    join_cohort(cohort, student=student, by=admin, at=at)
    finish(track.projects.get(number=1), student)
    second = track.projects.get(number=2)
    hand_in(second.deliverables.get(number=1), student)

    (standing,) = api_of(student).get(OWN).json()["results"]

    assert (standing["track"], standing["done"], standing["total"]) == ("FSD", 5, 15)
    assert standing["percent"] == 33
    assert standing["current_project"] == second.pk
    assert standing["current_step"] == second.steps.get(number=1).pk
    first, now_at, last = standing["projects"]
    assert (first["status"], first["is_overdue"]) == ("complete", False)
    assert (now_at["status"], now_at["waiting_for_review"]) == ("in_progress", 1)
    assert now_at["due_on"] == (cohort.starts_on + timedelta(days=13)).isoformat()
    assert now_at["is_overdue"] is True
    assert last["status"] == "locked"


def test_progress_is_empty_for_whoever_is_on_no_track(api_of, trainer):
    assert api_of(trainer).get(OWN).json() == {
        "count": 0,
        "next": None,
        "previous": None,
        "results": [],
    }


def test_progress_is_the_same_below_users(api_of, track, student):
    assert api_of(student).get("/api/users/progress/").json() == api_of(student).get(OWN).json()


def test_progress_asks_as_many_questions_for_many_as_for_few(
    api_of, track, student, django_assert_max_num_queries
):
    counted = []
    for code in ("DP", "ML"):
        with django_assert_max_num_queries(20) as queries:
            api_of(student).get(OWN)
        counted.append(len(queries))
        make_track(code, projects=10, steps=6)
    assert counted[0] == counted[1]
