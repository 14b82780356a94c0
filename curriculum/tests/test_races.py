"""Two at the same moment: each test shows first what would happen, then that it does not."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from accounts.tests.factories import UserFactory
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.clock import now
from core.errors import Invalid
from core.events.models import Event
from core.files.models import StoredFile
from core.files.purposes import MB
from core.tests.races import one_within_the_other
from curriculum.actions import cohorts, completion, enrollment, files, reviews, steps, submissions
from curriculum.actions.cohorts import close_cohort, join_cohort, make_cohort
from curriculum.actions.enrollment import enroll, grant_access
from curriculum.actions.files import drop_file, keep_files
from curriculum.actions.reviews import claim_submission, review_submission
from curriculum.actions.steps import complete_step
from curriculum.actions.submissions import HandedIn, revise_work, submit_work
from curriculum.errors import (
    AlreadySubmitted,
    InAnotherCohort,
    RevisionOutdated,
    RevisionReviewed,
    StorageFull,
    SubmissionClosed,
    TakenByAnother,
)
from curriculum.models import (
    Cohort,
    CohortMember,
    Decision,
    DeliverableKind,
    Enrollment,
    Grant,
    GrantSource,
    Review,
    Submission,
    SubmissionStatus,
)
from curriculum.tests.factories import (
    decide,
    enrolled,
    hand_in,
    make_track,
    upload,
    work_for,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def track():
    return make_track(projects=1, steps=1, deliverables=1, kinds=[DeliverableKind.FILE])


@pytest.fixture
def student(track):
    return enrolled(track)


@pytest.fixture
def deliverable(track):
    return track.projects.get().deliverables.get()


@pytest.fixture
def submission(deliverable, student):
    return hand_in(deliverable, student)


@pytest.fixture
def meet(monkeypatch):
    """Have all who come to one of these places wait for one another before they go on."""

    def patched(*places):
        meeting = Meeting(2)
        for owner, name in places:
            original = getattr(owner, name)

            def meet_and_go_on(*args, original=original, **kwargs):
                meeting.wait()
                return original(*args, **kwargs)

            monkeypatch.setattr(owner, name, meet_and_go_on)

    return patched


@contextmanager
def without(model, name):
    """The table as it would be if nobody had thought of this constraint."""
    (constraint,) = [each for each in model._meta.constraints if each.name == name]
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        model.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def failures(outcomes):
    return [type(each) for each in outcomes if isinstance(each, Exception)]


def told(name):
    return Event.objects.filter(name=f"curriculum.{name}").count()


# Handing in


def submit_twice(deliverable, student):
    go = lambda: submit_work(deliverable, work=work_for(deliverable), by=student, at=now())  # noqa: E731
    return at_once(go, go)


def test_without_a_lock_a_second_first_submission_would_be_a_fault_of_ours(
    deliverable, student, meet, monkeypatch
):
    meet((submissions, "_files"))
    take_locks_off(monkeypatch)
    assert failures(submit_twice(deliverable, student)) == [IntegrityError]


def test_of_two_first_submissions_the_second_is_told_of_the_first(deliverable, student, meet):
    meet((submissions, "_files"))
    outcomes = submit_twice(deliverable, student)
    assert failures(outcomes) == [AlreadySubmitted]
    (refused,) = [each for each in outcomes if isinstance(each, Exception)]
    assert refused.details == {"submission": Submission.objects.get().pk}
    assert told("work_submitted") == 1


def upload_twice(student):
    """Each fits by itself, and both together do not."""
    go = lambda: keep_files([upload(content=b"x" * (700 * 1024))], owner=student, at=now())  # noqa: E731
    return at_once(go, go)


def test_without_a_lock_two_uploads_would_share_one_room(student, settings, meet, monkeypatch):
    settings.STUDENT_FILES_MB = 1
    meet((files, "store_files"))
    take_locks_off(monkeypatch)
    assert failures(upload_twice(student)) == []
    assert sum(file.size for file in StoredFile.objects.all()) > MB


def test_of_two_uploads_that_do_not_fit_together_one_is_refused(student, settings, meet):
    settings.STUDENT_FILES_MB = 1
    meet((files, "store_files"))
    assert failures(upload_twice(student)) == [StorageFull]
    assert sum(file.size for file in StoredFile.objects.all()) < MB


def hand_in_and_take_back(deliverable, student):
    """Two tabs: one hands the file in, the other takes it back."""
    (file,) = keep_files([upload()], owner=student, at=now())
    work = HandedIn(file_ids=[file.pk])
    return at_once(
        lambda: submit_work(deliverable, work=work, by=student, at=now()),
        lambda: drop_file(file, by=student),
    )


def test_without_a_lock_a_file_could_go_while_it_is_handed_in(
    deliverable, student, meet, monkeypatch
):
    meet((submissions, "_add_revision"), (files, "delete_files"))
    take_locks_off(monkeypatch)
    (failure,) = failures(hand_in_and_take_back(deliverable, student))
    assert issubclass(failure, IntegrityError)


def test_a_file_is_handed_in_or_taken_back(deliverable, student):
    submitted, is_dropped = hand_in_and_take_back(deliverable, student)
    if is_dropped:
        assert isinstance(submitted, Invalid)
        assert not Submission.objects.exists()
    else:
        assert StoredFile.objects.get().submission_files.exists()


# On a track


def enroll_twice(track, student):
    go = lambda: enroll(student, track=track, by=student, at=now())  # noqa: E731
    return at_once(go, go)


def test_without_its_constraint_a_student_would_be_on_a_track_twice(track, meet):
    student = UserFactory()
    with without(Enrollment, "enrollment_once_a_track"):
        meet((enrollment, "_grant"))
        assert failures(enroll_twice(track, student)) == []
        assert Enrollment.objects.count() == 2


def test_of_two_enrollments_there_is_one_and_it_is_told_once(track, meet):
    student = UserFactory()
    meet((enrollment, "_grant"))
    outcomes = enroll_twice(track, student)
    assert sorted(is_new for _enrollment, is_new in outcomes) == [False, True]
    assert Enrollment.objects.get(student=student).grants.count() == 1
    assert (told("enrolled"), told("access_granted")) == (1, 1)


def pay_twice(track, student):
    go = lambda: grant_access(  # noqa: E731
        student,
        track=track,
        source=GrantSource.PAYMENT,
        reference="pi_7",
        by=None,
        at=now(),
    )
    return at_once(go, go)


def test_without_its_constraint_one_payment_would_grant_twice(track, student, meet):
    with without(Grant, "grant_once_a_source"):
        meet((enrollment.Grant, "save"))
        assert failures(pay_twice(track, student)) == []
        assert Grant.objects.filter(source=GrantSource.PAYMENT).count() == 2


def test_one_payment_that_is_told_twice_grants_once(track, student, meet):
    meet((enrollment.Grant, "save"))
    assert failures(pay_twice(track, student)) == []
    grants = Grant.objects.filter(source=GrantSource.PAYMENT)
    assert grants.count() == 1
    assert Event.objects.filter(payload__reference="pi_7").count() == 1


# Completing


def tick_twice(track, student):
    step = track.projects.get().steps.get()
    go = lambda: complete_step(step, by=student, at=now())  # noqa: E731
    return at_once(go, go)


def test_without_a_lock_a_double_click_would_complete_a_project_twice(
    track, student, submission, meet, monkeypatch
):
    decide(submission)
    meet((steps, "record_completion"))
    take_locks_off(monkeypatch)
    assert failures(tick_twice(track, student)) == []
    assert told("project_completed") == 2


def test_a_double_click_completes_a_project_once(track, student, submission, meet):
    decide(submission)
    meet((steps, "record_completion"))
    assert failures(tick_twice(track, student)) == []
    assert (told("project_completed"), told("step_completed")) == (1, 1)


def tick_and_approve(track, student, submission):
    step, trainer = track.projects.get().steps.get(), UserFactory(trainer=True)
    return at_once(
        lambda: complete_step(step, by=student, at=now()),
        lambda: review_submission(
            submission, decision=Decision.APPROVED, feedback="Good.", by=trainer, at=now()
        ),
    )


def meet_after_looking(monkeypatch):
    """Both have seen how far the project is before either is done."""
    meeting, look = Meeting(2), completion.progress_on

    def look_and_meet(*args):
        seen = look(*args)
        meeting.wait()
        return seen

    monkeypatch.setattr(completion, "progress_on", look_and_meet)


def test_without_a_lock_nobody_would_notice_that_a_project_is_complete(
    track, student, submission, monkeypatch
):
    meet_after_looking(monkeypatch)
    take_locks_off(monkeypatch)
    assert failures(tick_and_approve(track, student, submission)) == []
    assert told("project_completed") == 0


def test_the_last_tick_and_the_last_approval_complete_it_once(
    track, student, submission, monkeypatch
):
    meet_after_looking(monkeypatch)
    assert failures(tick_and_approve(track, student, submission)) == []
    assert told("project_completed") == 1


# Reviewing


def review_twice(submission):
    decisions = (Decision.APPROVED, Decision.REJECTED)
    reviewers = {UserFactory(trainer=True): decision for decision in decisions}
    return at_once(
        *(
            lambda by=by, decision=decision: review_submission(
                submission, decision=decision, feedback="Said.", by=by, at=now()
            )
            for by, decision in reviewers.items()
        )
    )


def test_without_a_lock_a_second_decision_would_be_a_fault_of_ours(submission, meet, monkeypatch):
    meet((reviews, "progress_on"))
    take_locks_off(monkeypatch)
    assert failures(review_twice(submission)) == [IntegrityError]


def test_of_two_decisions_the_second_is_told_of_the_first(submission, meet):
    meet((reviews, "progress_on"))
    assert failures(review_twice(submission)) == [RevisionReviewed]
    submission.refresh_from_db()
    assert submission.status == Review.objects.get().decision
    assert told("work_reviewed") == 1


def review_and_revise(submission, student, meet):
    """Both have seen revision 1 waiting before either writes."""
    meet((reviews, "progress_on"), (submissions, "_files"))
    trainer, work = UserFactory(trainer=True), work_for(submission.deliverable)
    return at_once(
        lambda: review_submission(
            submission,
            decision=Decision.APPROVED,
            feedback="Good.",
            revision=1,
            by=trainer,
            at=now(),
        ),
        lambda: revise_work(submission, work=work, by=student, at=now()),
    )


def test_without_a_lock_a_revision_that_nobody_saw_would_be_approved(
    submission, student, meet, monkeypatch
):
    take_locks_off(monkeypatch)
    assert failures(review_and_revise(submission, student, meet)) == []
    submission.refresh_from_db()
    assert submission.newest == 2
    assert not Review.objects.filter(revision__number=2).exists()


def test_a_decision_and_a_new_revision_come_one_after_the_other(submission, student, meet):
    (failure,) = failures(review_and_revise(submission, student, meet))
    submission.refresh_from_db()
    if failure is SubmissionClosed:
        assert (submission.newest, submission.status) == (1, SubmissionStatus.APPROVED)
    else:
        assert failure is RevisionOutdated
        assert (submission.newest, submission.status) == (2, SubmissionStatus.PENDING)
        assert not Review.objects.exists()


def claim_twice(submission):
    reviewers = [UserFactory(trainer=True) for _ in range(2)]
    return at_once(
        *(lambda by=by: claim_submission(submission, by=by, at=now()) for by in reviewers)
    )


def test_without_a_lock_two_would_take_the_same_from_the_pool(submission, meet, monkeypatch):
    meet((Submission, "save"))
    take_locks_off(monkeypatch)
    assert failures(claim_twice(submission)) == []


def test_of_two_who_take_the_same_from_the_pool_one_has_it(submission, meet):
    meet((Submission, "save"))
    outcomes = claim_twice(submission)
    assert failures(outcomes) == [TakenByAnother]
    (claimed,) = [each for each in outcomes if isinstance(each, Submission)]
    submission.refresh_from_db()
    assert submission.claimed_by == claimed.claimed_by


# Cohorts


@pytest.fixture
def staff():
    return UserFactory(admin=True)


@pytest.fixture
def two_cohorts(track, staff):
    return [
        make_cohort(
            name=name,
            track=track,
            starts_on=now().date(),
            time_zone="Asia/Kolkata",
            trainers=[],
            by=staff,
            at=now(),
        )
        for name in ("Autumn", "Winter")
    ]


def join_both(two_cohorts, student, staff):
    return at_once(
        *(
            lambda cohort=cohort: join_cohort(cohort, student=student, by=staff, at=now())
            for cohort in two_cohorts
        )
    )


def test_without_its_constraint_a_student_would_run_a_track_in_two_cohorts(
    two_cohorts, student, staff, meet
):
    with without(CohortMember, "cohort_member_once_a_track"):
        meet((CohortMember, "save"))
        assert failures(join_both(two_cohorts, student, staff)) == []
        assert student.cohort_memberships.count() == 2


def test_of_two_cohorts_of_one_track_a_student_joins_one(two_cohorts, student, staff, meet):
    meet((CohortMember, "save"))
    assert failures(join_both(two_cohorts, student, staff)) == [InAnotherCohort]
    assert student.cohort_memberships.count() == 1
    assert told("cohort_joined") == 1


def test_one_cohort_is_joined_once_by_a_double_click(two_cohorts, student, staff, meet):
    meet((CohortMember, "save"))
    one, again = join_both([two_cohorts[0]] * 2, student, staff)
    assert one == again
    assert told("cohort_joined") == 1


def joining_and_closing(cohort, student, staff):
    return (
        lambda: join_cohort(cohort, student=student, by=staff, at=now()),
        lambda: close_cohort(cohort, by=staff, at=now() + timedelta(seconds=1)),
    )


def test_without_a_lock_a_student_would_stay_behind_in_a_closed_cohort(
    two_cohorts, staff, monkeypatch
):
    take_locks_off(monkeypatch)
    student = UserFactory()
    calls = joining_and_closing(two_cohorts[0], student, staff)
    one_within_the_other(*calls, owner=cohorts, method="grant_access")
    assert Cohort.objects.get(pk=two_cohorts[0].pk).closed_at
    assert Grant.objects.get(enrollment__student=student).ended_at is None


def test_whoever_joins_a_cohort_while_it_closes_is_out_or_was_never_in(two_cohorts, staff, meet):
    student = UserFactory()
    meet((CohortMember, "save"), (cohorts, "end_grants"))
    calls = joining_and_closing(two_cohorts[0], student, staff)
    assert set(failures(at_once(*calls))) <= {Invalid}
    assert not Grant.objects.filter(enrollment__student=student, ended_at=None).exists()
    assert not student.cohort_memberships.filter(left_at=None).exists()


def make_twice(track, staff):
    go = lambda: make_cohort(  # noqa: E731
        name="Spring",
        track=track,
        starts_on=now().date(),
        time_zone="UTC",
        trainers=[],
        by=staff,
        at=now(),
    )
    return at_once(go, go)


def test_of_two_cohorts_with_one_name_the_second_is_refused_in_words(track, staff, meet):
    meet((cohorts, "_save"))
    assert failures(make_twice(track, staff)) == [Invalid]
    assert Cohort.objects.filter(name="Spring").count() == 1
