"""A copy of what somebody learned and taught, and what is left of it when they are gone."""

import json
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from accounts.actions.leaving import close_account, erase_account, start_export
from accounts.actions.people import delete_user
from accounts.models import AuditActor, AuditEntry, User
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.files.models import StoredFile
from core.jobs.models import Job
from core.jobs.running import run_job
from curriculum.actions.cohorts import extend
from curriculum.actions.comments import save_phrase, write_comment
from curriculum.actions.github_connections import GIVE_BACK
from curriculum.actions.reviews import claim_submission, note_visit, reopen_submission
from curriculum.actions.steps import complete_step
from curriculum.actions.submissions import revise_work
from curriculum.models import (
    Cohort,
    CohortMember,
    Comment,
    Decision,
    DeliverableKind,
    Enrollment,
    Extension,
    GitHubConnection,
    PullRequest,
    Repository,
    Review,
    Revision,
    SavedPhrase,
    StepProgress,
    Submission,
    SubmissionFile,
    WebhookDelivery,
)
from curriculum.own_data import collect
from curriculum.tests.factories import decide, enrolled, hand_in, in_cohort, make_track, work_for

TOKEN = "gho_a-door-that-stays-open"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
THEIRS = (
    *(CohortMember, Enrollment, Extension, GitHubConnection, PullRequest, Repository, Revision),
    *(StepProgress, Submission, SubmissionFile, WebhookDelivery),
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def track():
    kinds = (DeliverableKind.FILE, DeliverableKind.TEXT)
    return make_track("FSD", projects=2, deliverables=2, kinds=kinds)


@pytest.fixture
def trainer():
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["FSD"])


@pytest.fixture
def student(track, trainer):
    """Has something of everything."""
    student, at = enrolled(track, UserFactory(name="Diya Patel")), now()
    in_cohort(track, student, starts_on=date(2026, 10, 19))
    first = track.projects.get(number=1)
    complete_step(first.steps.get(number=1), by=student, at=at)
    file, text = first.deliverables.order_by("number")
    submission = decide(hand_in(file, student), Decision.CHANGES_REQUESTED, by=trainer)
    revise_work(submission, work=work_for(file, "The second one."), by=student, at=at)
    rejected = decide(hand_in(text, student), Decision.REJECTED, by=trainer)
    reopen_submission(rejected, reason="The wrong file.", by=trainer, at=at)
    write_comment(submission, body="In the loop?", by=student, at=at)
    write_comment(submission, body="At the beginning.", by=trainer, at=at)
    extend(student, project=first, due_on=date(2026, 12, 24), reason="Ill.", by=trainer, at=at)
    claim_submission(submission, by=trainer, at=at)
    note_visit(submission, by=trainer, at=at)
    _at_github(student, first)
    return student


def _at_github(student, project):
    GitHubConnection.objects.create(
        user=student, github_id=7, login="diya", token=TOKEN, scopes="repo", connected_at=now()
    )
    repository = Repository.objects.create(
        student=student,
        project=project,
        state="ready",
        github_id=77,
        full_name="diya/shed",
        created_at=now(),
    )
    PullRequest.objects.create(
        repository=repository,
        number=3,
        github_id=777,
        title="Say when it is open",
        html_url="https://github.com/diya/shed/pull/3",
        state="open",
        opened_at=now(),
        as_of=now(),
    )
    for repository_id in (77, 78):
        WebhookDelivery.objects.create(
            delivery=uuid4(),
            event="push",
            repository_id=repository_id,
            body=b"{}",
            received_at=now(),
            due_at=now(),
            remind_at=now(),
        )


def copy_of(user):
    job = start_export(user, caller=Caller(), at=now())
    run_job(job.pk)
    file = StoredFile.objects.get(pk=Job.objects.get(pk=job.pk).result["file"])
    with default_storage.open(file.place) as content, closing(BytesIO(content.read())) as packed:
        archive = zipfile.ZipFile(packed)
        return {name.removeprefix("apranova/"): archive.read(name) for name in archive.namelist()}


def erase(user):
    at = NOON + timedelta(days=20)
    assert erase_account(close_account(user, caller=Caller(), at=NOON).pk, at=at)


def test_a_student_gets_a_copy_of_all_that_they_did(student):
    copy = copy_of(student)

    found = {name: json.loads(body) for name, body in copy.items() if name.endswith(".json")}
    (on_track,) = found["learning/tracks.json"]
    assert (on_track["track"], [each["why"] for each in on_track["access"]]) == (
        "FSD",
        ["free", "cohort"],
    )
    assert [each["title"] for each in found["learning/steps.json"]] == ["Step 1"]
    assert found["learning/cohorts.json"][0]["name"] == "Since 2026-10-19"
    assert found["learning/extensions.json"][0]["reason"] == "Ill."
    assert [each["body"] for each in found["learning/comments.json"]] == ["In the loop?"]
    with_file = next(each for each in found["learning/work.json"] if each["title"] == "Part 1")
    newest, reviewed = with_file["revisions"]
    assert (newest["number"], newest["note"], newest["review"]) == (2, "The second one.", None)
    assert reviewed["review"]["by"] == "Ananya Iyer"
    assert reviewed["review"]["rubric"][0]["points"] == 4
    assert [each["by"] for each in with_file["comments"]] == ["Diya Patel", "Ananya Iyer"]
    assert found["github/connection.json"][0]["login"] == "diya"
    assert found["github/repositories.json"][0]["full_name"] == "diya/shed"
    assert found["github/pull_requests.json"][0]["number"] == 3
    handed_in = {each["id"] for revision in (newest, reviewed) for each in revision["files"]}
    assert handed_in == {each["id"] for each in found["files.json"]}
    assert sum(body == b"id,total\n1,20\n" for body in copy.values()) == 2


def test_a_copy_holds_no_token_and_nobody_elses_work(student, track):
    other = enrolled(track)
    hand_in(track.projects.get(number=1).deliverables.get(number=2), other)
    everything = b"".join(copy_of(student).values())
    assert TOKEN.encode() not in everything
    assert other.name.encode() not in everything


def test_a_trainer_gets_a_copy_of_what_they_said(student, trainer, track):
    save_phrase(trainer, label="Names", text="Good names.", at=now())
    Cohort.objects.get().trainers.add(trainer)

    copy = copy_of(trainer)

    reviews = json.loads(copy["teaching/reviews.json"])
    assert [each["decision"] for each in reviews] == ["changes_requested", "rejected"]
    assert json.loads(copy["teaching/phrases.json"])[0]["text"] == "Good names."
    assert json.loads(copy["teaching/cohorts.json"])[0]["track_code"] == "FSD"
    assert {"teaching/reopenings.json", "teaching/extensions.json"} < copy.keys()
    assert student.name.encode() not in copy["teaching/reviews.json"]


def test_a_copy_asks_as_many_questions_for_much_work_as_for_little(
    track, django_assert_num_queries
):
    def read(student):
        return [list(document.content) for document in collect(student)]

    few, many = enrolled(track), enrolled(track)
    for student, projects in ((few, 1), (many, 2)):
        for project in track.projects.filter(number__lte=projects).order_by("number"):
            for step in project.steps.order_by("number"):
                complete_step(step, by=student, at=now())
            for deliverable in project.deliverables.order_by("number"):
                decide(hand_in(deliverable, student))
    for student in (few, many):
        with django_assert_num_queries(21):
            read(student)


def test_nothing_is_left_of_a_student(student, track, django_capture_on_commit_callbacks):
    places = [file.place for file in StoredFile.objects.filter(owner=student)]
    assert len(places) == 2

    with django_capture_on_commit_callbacks(execute=True):
        erase(student)

    left = {kind.__name__: kind.objects.count() for kind in THEIRS}
    assert left == dict.fromkeys(left, 0) | {"WebhookDelivery": 1}
    assert not Review.objects.exists()
    assert not Comment.objects.exists()
    assert not [place for place in places if default_storage.exists(place)]
    assert Cohort.objects.exists()
    assert track.projects.count() == 2


def test_the_platform_lets_go_of_their_account_at_github(student):
    erase(student)
    job = Job.objects.get(kind=GIVE_BACK)
    assert TOKEN not in json.dumps(job.payload)
    assert job.owner is None


def test_what_is_written_down_of_them_has_no_name(student):
    erase(student)
    entries = AuditEntry.objects.filter(action__startswith="curriculum.")
    assert entries.filter(action="curriculum.work_reviewed").count() == 2
    for entry in entries:
        assert "Diya" not in f"{entry.target_label} {entry.data}"
    assert not AuditActor.objects.filter(name="Diya Patel").exists()


def test_a_former_trainers_word_stays_without_a_name(api_of, student, trainer):
    erase(trainer)

    work = api_of(student).get("/api/curriculum/submissions/").json()["results"]

    reviews = [review for each in work for review in each["reviews"]]
    assert {review["feedback"] for review in reviews} == {
        "The names say what things are. **Keep that up.**"
    }
    assert {(review["reviewer"], review["is_by_merge"]) for review in reviews} == {(None, False)}
    one = Submission.objects.get(deliverable__kind="file")
    comments = api_of(student).get(f"/api/curriculum/submissions/{one.pk}/comments/").json()
    assert [each["author"] for each in comments["results"]] == [
        {"id": student.pk, "name": "Diya Patel"},
        None,
    ]
    assert (one.claimed_by, Extension.objects.get().given_by) == (None, None)
    assert not SavedPhrase.objects.exists()


def test_a_former_trainers_word_stays_on_pages(client_of, student, trainer):
    erase(trainer)
    for submission in Submission.objects.all():
        page = client_of(student).get(f"/submissions/{submission.pk}/")
        assert page.status_code == 200
        assert "Keep that up." in page.content.decode()
        assert "Ananya" not in page.content.decode()


def test_a_superadmin_deletes_whoever_learned_and_whoever_taught(student, trainer, superadmin):
    for user in (trainer, student):
        delete_user(user, by=superadmin, caller=Caller(), at=now())
    assert not User.objects.filter(pk__in=[student.pk, trainer.pk]).exists()
    assert not Submission.objects.exists()


def test_whoever_did_nothing_is_gone_without_a_fault():
    erase(UserFactory())
    erase(UserFactory(trainer=True))


def test_before_they_close_their_account_people_read_what_goes(client_of, student):
    page = client_of(student).get("/profile/closing/").content.decode()
    assert "the work you handed in" in page
    assert "Reviews and comments that you wrote" in page
