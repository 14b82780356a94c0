"""Progress and due dates of many, fetched by as many questions as those of few."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from core.clock import now
from core.errors import Invalid
from curriculum.actions.cohorts import (
    close_cohort,
    edit_cohort,
    extend,
    join_cohort,
    make_cohort,
    set_due_dates,
)
from curriculum.actions.enrollment import end_grants, enroll, grant_access
from curriculum.actions.steps import complete_step
from curriculum.models import Grant, GrantSource
from curriculum.progress import (
    due_dates_of,
    due_dates_of_many,
    due_dates_on,
    progress_of_many,
    progress_on,
    tracks_of,
)
from curriculum.tests.factories import enrolled, finish, hand_in, in_cohort, make_track

START = date(2026, 10, 19)

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return make_track("FSD", projects=2, steps=2, deliverables=1)


@pytest.fixture
def cohort(track, admin):
    return make_cohort(
        name="Autumn",
        track=track,
        starts_on=START,
        time_zone="Asia/Kolkata",
        trainers=[],
        by=admin,
        at=now(),
    )


def first(track):
    return track.projects.get(number=1)


def give_time(student, project, by, due_on=date(2026, 12, 24)):
    return extend(student, project=project, due_on=due_on, reason="Ill.", by=by, at=now())


def test_each_stands_where_they_stand_alone(track):
    fresh, under_way, done = (enrolled(track) for _ in range(3))
    complete_step(first(track).steps.get(number=1), by=under_way, at=now())
    hand_in(first(track).deliverables.get(), under_way)
    for project in track.projects.order_by("number"):
        finish(project, done)

    found = progress_of_many(track, [fresh.pk, under_way.pk, done.pk])

    assert [found[each.pk].percent for each in (fresh, under_way, done)] == [0, 16, 100]
    assert found[under_way.pk].projects[0].waiting == 1
    assert {each.pk: progress_on(track, each) for each in (fresh, under_way, done)} == found


def test_many_are_fetched_by_as_many_questions_as_few(
    track, cohort, admin, django_assert_num_queries
):
    students = []
    for size in (2, 6):
        for _ in range(size):
            student = enrolled(track)
            join_cohort(cohort, student=student, by=admin, at=now())
            complete_step(first(track).steps.get(number=1), by=student, at=now())
            give_time(student, first(track), admin)
            students.append(student.pk)
        with django_assert_num_queries(5):
            assert len(progress_of_many(track, students)) == len(students)
        with django_assert_num_queries(4):
            assert len(due_dates_of_many(track, students)) == len(students)


def test_several_tracks_are_fetched_by_as_many_questions_as_one(admin, django_assert_num_queries):
    student = UserFactory()
    tracks = []
    for _ in range(3):
        tracks.append(make_track(projects=2))
        enrolled(tracks[-1], student)
        in_cohort(tracks[-1], student, starts_on=START)
        give_time(student, first(tracks[-1]), admin)
        with django_assert_num_queries(4):
            assert len(due_dates_on(tracks, student)) == 2 * len(tracks)


def test_nobody_is_asked_about_without_a_fault(track):
    assert progress_of_many(track, []) == {}
    assert due_dates_of_many(track, []) == {}


# Days


def test_an_extension_outranks_the_cohorts_own_day_and_that_the_week(track, cohort, admin):
    one, two = enrolled(track), enrolled(track)
    for student in (one, two):
        join_cohort(cohort, student=student, by=admin, at=now())
    projects = list(track.projects.order_by("number"))
    assert due_dates_of(one, track)[projects[0].pk].due_on == date(2026, 10, 25)

    set_due_dates(cohort, days={projects[0]: date(2026, 10, 30)}, by=admin, at=now())
    give_time(two, projects[0], admin)

    found = due_dates_of_many(track, [one.pk, two.pk])
    assert found[one.pk][projects[0].pk].due_on == date(2026, 10, 30)
    assert found[two.pk][projects[0].pk].due_on == date(2026, 12, 24)
    assert found[two.pk][projects[0].pk].is_extended
    assert found[two.pk][projects[1].pk].due_on == date(2026, 11, 1)
    set_due_dates(cohort, days={projects[0]: None}, by=admin, at=now())
    assert due_dates_of(one, track)[projects[0].pk].due_on == date(2026, 10, 25)


def test_a_day_ends_where_the_cohort_is_whoever_looks(track):
    student = enrolled(track, UserFactory(time_zone="America/New_York"))
    in_cohort(track, student, starts_on=START)
    due = due_dates_of(student, track)[first(track).pk]
    last = datetime(2026, 10, 25, 18, 29, 59, tzinfo=UTC)
    assert not due.is_over(last)
    assert due.is_over(last + timedelta(seconds=1))
    assert (due.days_left(last), due.days_left(last + timedelta(days=2))) == (0, -2)


def test_without_a_cohort_an_extension_counts_where_the_student_is(track, admin):
    student = enrolled(track, UserFactory(time_zone="America/New_York"))
    give_time(student, first(track), admin, due_on=date(2026, 11, 1))
    due = due_dates_of(student, track)[first(track).pk]
    # The clocks there go back that night.
    assert not due.is_over(datetime(2026, 11, 2, 4, 59, tzinfo=UTC))
    assert due.is_over(datetime(2026, 11, 2, 5, 0, tzinfo=UTC))


def test_a_closed_cohort_asks_for_nothing_any_more(track, cohort, admin):
    student = enrolled(track)
    join_cohort(cohort, student=student, by=admin, at=now())
    close_cohort(cohort, by=admin, at=now())
    assert due_dates_of(student, track) == {}


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2200, 1, 1), date.max])
def test_a_day_that_nobody_means_is_refused_everywhere(track, cohort, admin, day):
    facts = {"name": "Autumn", "starts_on": day, "time_zone": "UTC", "trainers": []}
    who = {"by": admin, "at": now()}
    calls = [
        lambda: make_cohort(**{**facts, "name": "Far"}, track=track, **who),
        lambda: edit_cohort(cohort, **facts, **who),
        lambda: set_due_dates(cohort, days={first(track): day}, **who),
        lambda: give_time(UserFactory(), first(track), admin, due_on=day),
    ]
    for call in calls:
        with pytest.raises(Invalid):
            call()


# Access


def test_a_free_grant_that_is_over_is_opened_again(track):
    student, at = UserFactory(), now()
    until = at + timedelta(days=1)
    grant_access(student, track=track, source=GrantSource.FREE, until=until, by=None, at=at)
    later = at + timedelta(days=2)
    assert tracks_of(student, at=later) == []

    _enrollment, is_new = enroll(student, track=track, by=student, at=later)

    assert is_new
    assert tracks_of(student, at=later) == [track]
    assert Grant.objects.count() == 1


def test_access_ends_in_the_time_to_come(track, admin):
    at = now()
    with pytest.raises(Invalid):
        grant_access(
            UserFactory(), track=track, source=GrantSource.ADMIN, until=at, by=admin, at=at
        )


def test_what_an_admin_gives_moves_and_takes_is_written_down(track, admin):
    student, at = UserFactory(), now()
    for days in (30, 60, 60):
        grant_access(
            student,
            track=track,
            source=GrantSource.ADMIN,
            until=at + timedelta(days=days),
            by=admin,
            at=at,
        )
    end_grants(source=GrantSource.ADMIN, reference="", by=admin, at=at)
    entries = AuditEntry.objects.filter(action__startswith="curriculum.access").order_by("pk")
    assert [entry.action for entry in entries] == [
        "curriculum.access_granted",
        "curriculum.access_granted",
        "curriculum.access_ended",
    ]
    assert {entry.subject.user for entry in entries} == {student}


def test_the_main_track_comes_first():
    one, two = make_track(position=1), make_track(position=2)
    student = enrolled(one, enrolled(two, UserFactory(track=two.code)))
    assert tracks_of(student, at=now()) == [two, one]
