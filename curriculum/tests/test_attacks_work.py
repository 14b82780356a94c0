"""Attacks on work: somebody else's things, fields that are none, text that would run."""

import re

import pytest

from accounts.actions.trainers import assign_trainer, unassign_trainer
from accounts.roles import Role
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from curriculum.actions.comments import write_comment
from curriculum.models import (
    Comment,
    Decision,
    DeliverableKind,
    Enrollment,
    Grant,
    Review,
    StepProgress,
    Submission,
)
from curriculum.tests.factories import decide, enrolled, hand_in, make_track, upload

SUBMISSIONS = "/api/curriculum/submissions/"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"
LINK = "[look](javascript:alert(1)) ![x](https://tracker.example/x.png)"

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    kinds = (DeliverableKind.FILE, DeliverableKind.TEXT)
    return make_track("FSD", projects=2, steps=2, deliverables=2, kinds=kinds)


@pytest.fixture
def trainer():
    return UserFactory(trainer=True, tracks=["FSD"])


@pytest.fixture
def student(track, trainer, admin):
    student = enrolled(track)
    assign_trainer(student, trainer=trainer, by=admin, caller=Caller(), at=now())
    return student


@pytest.fixture
def deliverable(track):
    return track.projects.get(number=1).deliverables.get(kind="file")


@pytest.fixture
def submission(deliverable, student):
    return hand_in(deliverable, student)


def one(submission, tail=""):
    return f"{SUBMISSIONS}{submission.pk}/{tail}"


def test_fields_that_are_none_change_nothing(api_of, track, student, admin):
    text = track.projects.get(number=1).deliverables.get(kind="text")
    other = UserFactory()
    body = {
        "deliverable": text.pk,
        "note": "Mine.",
        "status": "approved",
        "student": other.pk,
        "newest": 7,
        "revision": 7,
        "reviews": [{"decision": "approved"}],
        "claimed_by": admin.pk,
    }
    made = api_of(student).post(SUBMISSIONS, body, format="json")
    submission = Submission.objects.get()
    assert made.status_code == 201
    assert (submission.status, submission.student, submission.newest) == ("pending", student, 1)
    api_of(student).put(one(submission), {**body, "note": "Again."}, format="json")
    submission.refresh_from_db()
    assert (submission.status, submission.newest, submission.claimed_by) == ("pending", 2, None)
    assert not Review.objects.exists()


def test_nobody_ticks_or_enrolls_for_another(api_of, track, student):
    other = enrolled(track)
    step = track.projects.get(number=1).steps.get(number=1)
    body = {"project": step.project_id, "step": step.pk, "completed": True, "student": other.pk}
    assert api_of(student).post("/api/curriculum/progress/", body).status_code == 200
    assert StepProgress.objects.get().student == student
    stranger = UserFactory()
    body = {"track": "FSD", "student": other.pk, "source": "payment", "is_free": True}
    assert api_of(stranger).post("/api/curriculum/enrollments/", body).status_code == 201
    assert Enrollment.objects.filter(student=stranger).exists()
    assert set(Grant.objects.values_list("source", flat=True)) == {"free"}


def test_a_reviewer_is_whoever_calls_and_nobody_else(api_of, submission, trainer, admin):
    body = {
        "decision": "approved",
        "reviewer": admin.pk,
        "is_by_merge": True,
        "decided_at": "2020-01-01T00:00:00Z",
    }
    assert api_of(trainer).post(one(submission, "review/"), body).status_code == 201
    review = Review.objects.get()
    assert (review.reviewer, review.is_by_merge) == (trainer, False)
    assert review.decided_at.year > 2020


@pytest.mark.parametrize("who", ["another student", "another trainer", "the former trainer"])
def test_work_of_others_is_not_there_by_any_door(
    api_of, client_of, submission, student, trainer, admin, who
):
    comment = write_comment(submission, body="Hm.", by=student, at=now())
    file = submission.revisions.get().files.get().file
    if who == "the former trainer":
        other = UserFactory(trainer=True, tracks=["FSD"])
        unassign_trainer(student, by=admin, caller=Caller(), at=now())
        assign_trainer(student, trainer=other, by=admin, caller=Caller(), at=now())
    person = {
        "another student": lambda: enrolled(submission.deliverable.project.track),
        "another trainer": lambda: UserFactory(trainer=True, tracks=["FSD", "DP"]),
        "the former trainer": lambda: trainer,
    }[who]()
    api = api_of(person)

    answers = [
        api.get(one(submission)),
        api.put(one(submission), {"note": "x"}),
        api.get(one(submission, "comments/")),
        api.post(one(submission, "comments/"), {"body": "x"}),
        api.patch(one(submission, f"comments/{comment.pk}/"), {"body": "x"}),
        api.delete(one(submission, f"comments/{comment.pk}/")),
        api.post(one(submission, "review/"), {"decision": "approved"}),
        api.post(one(submission, "claim/")),
        api.post(one(submission, "reopen/"), {"reason": "x"}),
        api.get(f"/api/curriculum/files/{file.pk}/"),
        api.get(f"/api/files/{file.pk}/"),
        api.delete(f"/api/curriculum/files/{file.pk}/"),
    ]
    browser = client_of(person)
    answers += [browser.get(f"/submissions/{submission.pk}/")]
    answers += [browser.get(f"/review/{submission.pk}/")]

    # What one's role never does is told before what one may not see.
    assert {answer.status_code for answer in answers} <= {403, 404}
    reads = [answer for answer in answers if answer.request["REQUEST_METHOD"] == "GET"]
    if person.role == Role.TRAINER:
        assert {answer.status_code for answer in reads} == {404}
    assert api.get(SUBMISSIONS).json()["count"] == 0
    assert Comment.objects.get().body == "Hm."
    assert not Review.objects.exists()


def test_another_deliverables_points_are_refused(api_of, submission, trainer):
    for rubric in (
        [{"criterion": "works", "points": 11}],
        [{"criterion": "works", "points": -1}],
        [{"criterion": "charm", "points": 1}],
        [{"criterion": "works", "points": 1}, {"criterion": "It works", "points": 9}],
        [{"criterion": "works", "points": 10**30}],
    ):
        body = {"decision": "approved", "rubric": rubric}
        answer = api_of(trainer).post(one(submission, "review/"), body, format="json")
        assert answer.status_code == 400, rubric
    assert not Review.objects.exists()


@pytest.mark.parametrize("key", ["0", "-1", "9" * 30, "1e3", "%00", "१", "1%20or%201=1"])
def test_ids_that_are_none_are_not_there(api_of, client_of, student, key):
    for path in (
        f"/api/curriculum/submissions/{key}/",
        f"/api/curriculum/projects/{key}/",
        f"/api/curriculum/projects/{key}/steps/",
        f"/api/curriculum/cohorts/{key}/",
        f"/api/curriculum/files/{key}/",
        f"/submissions/{key}/",
        f"/projects/{key}/",
    ):
        caller = api_of if path.startswith("/api/") else client_of
        answer = caller(student).get(path)
        assert answer.status_code in {403, 404}, path


@pytest.mark.parametrize("code", ["F\x00", "\x00", ["FSD"], {"code": "FSD"}, 1])
def test_a_code_that_is_none_names_no_track(api_of, student, admin, code):
    cohort = {"name": "A", "starts_on": "2027-02-01", "time_zone": "UTC", "track": code}
    for answer in (
        api_of(student).post("/api/curriculum/enrollments/", {"track": code}, format="json"),
        api_of(admin).post("/api/curriculum/cohorts/", cohort, format="json"),
    ):
        assert answer.status_code == 400
        assert "track" in answer.json()["error"]["details"]


def test_what_people_write_runs_nowhere(client_of, api_of, deliverable, student, trainer, admin):
    work = api_of(student).post(
        SUBMISSIONS,
        {
            "deliverable": deliverable.pk,
            "note": f"{SCRIPT}\n\n{LINK}",
            "file": upload(f"{SCRIPT[:60]}.csv")[1],
        },
        format="multipart",
    )
    assert work.status_code == 201
    submission = Submission.objects.get()
    write_comment(submission, body=f"{SCRIPT}\n\n{LINK}", by=student, at=now())
    decide(submission, Decision.CHANGES_REQUESTED, by=trainer, feedback=f"{SCRIPT}\n\n{LINK}")
    shown = {
        f"/submissions/{submission.pk}/": student,
        f"/review/{submission.pk}/": trainer,
        f"/admin/curriculum/submission/{submission.pk}/change/": admin,
        f"/admin/curriculum/review/{submission.revisions.get().review.pk}/change/": admin,
    }
    for path, person in shown.items():
        page = client_of(person).get(path)
        assert page.status_code == 200, path
        text = page.content.decode()
        assert "alert(1)" in text, path
        assert "<script>alert" not in text, path
        assert not re.search(r"<(img|svg)[^>]*\son\w+=", text), path
        assert 'href="javascript:' not in text, path
        assert 'src="https://tracker.example' not in text, path
