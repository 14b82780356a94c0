"""The demo's learning: work in every state, made once."""

import pytest
from django.core.management import call_command
from django.db.models import Count

from accounts.models import User
from core.clock import now
from core.demo import is_demo_ready
from core.events.models import Event
from core.files.models import StoredFile
from curriculum.demo import is_learning_made, make_learning
from curriculum.models import (
    Cohort,
    CohortMember,
    Comment,
    Enrollment,
    Extension,
    Reopening,
    Review,
    Revision,
    SavedPhrase,
    StepProgress,
    Submission,
    SubmissionStatus,
    Track,
)
from curriculum.progress import due_dates_of_many, progress_of_many
from curriculum.rules import is_stuck

ROWS = (Cohort, CohortMember, Comment, Enrollment, Event, Extension, Reopening, Review, Revision)
ROWS += (SavedPhrase, StepProgress, StoredFile, Submission)

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    return lambda: call_command("demo", verbosity=0)


def number_of(email):
    return int(email.partition("@")[0].removeprefix("student") or 1)


def numbers(users):
    return {number_of(email) for email in users.values_list("email", flat=True)}


def test_the_demo_is_whole_and_made_once(demo):
    assert not is_learning_made()
    demo()
    assert is_learning_made()
    assert is_demo_ready()
    before = {kind: kind.objects.count() for kind in ROWS}

    make_learning(now())
    demo()

    assert {kind: kind.objects.count() for kind in ROWS} == before
    _holds_what_was_decided()


def _holds_what_was_decided():
    students = User.objects.students()
    on = {
        track.code: numbers(students.filter(enrollments__track=track))
        for track in Track.objects.all()
    }
    assert on == {"FSD": set(range(1, 11)), "DP": set(range(11, 21))}
    far = {1, 2, 3, 4, 11, 12, 13, 14}
    assert numbers(students.exclude(steps_done=None)) == far
    assert set(Submission.objects.values_list("status", flat=True)) == set(SubmissionStatus.values)
    by_state = dict(Submission.objects.values_list("status").annotate(many=Count("pk")))
    assert by_state["pending"] >= 3
    assert by_state["changes_requested"] >= 2
    assert Reopening.objects.exists()
    assert Extension.objects.exists()
    assert Revision.objects.filter(number=2).exists()
    assert Comment.objects.exists()
    assert StoredFile.objects.filter(purpose="submission").exists()
    _stands_believably()


def _stands_believably():
    at, dues = now(), []
    for track in Track.objects.all():
        students = list(track.enrollments.values_list("student", flat=True))
        progress = progress_of_many(track, students)
        percents = [progress[each].percent for each in students]
        assert 0 in percents
        assert 100 not in percents
        assert len({percent for percent in percents if percent}) >= 3
        assert any(each.projects[0].is_complete for each in progress.values())
        found = due_dates_of_many(track, students).values()
        dues.extend(due for each in found for due in each.values())
    assert any(due.is_over(at) for due in dues)
    assert any(not due.is_over(at) for due in dues)
    moved = StepProgress.objects.values("student", "done_at")
    latest = {}
    for row in moved:
        latest[row["student"]] = max(latest.get(row["student"], row["done_at"]), row["done_at"])
    assert any(is_stuck(moment, at=at) for moment in latest.values())
    assert not all(is_stuck(moment, at=at) for moment in latest.values())
    assert all(moment < at for moment in latest.values())
    assert Submission.objects.filter(submitted_at__gt=at).count() == 0
