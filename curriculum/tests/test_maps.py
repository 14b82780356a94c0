"""A track as a map for one student."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import now
from curriculum.actions.cohorts import extend
from curriculum.actions.steps import complete_step
from curriculum.maps import maps_of, places_on_rule
from curriculum.models import Decision
from curriculum.rules import NextKind
from curriculum.tests.factories import (
    decide,
    enrolled,
    finish,
    hand_in,
    in_cohort,
    make_project,
    make_track,
)

pytestmark = pytest.mark.django_db
STARTS_ON = date(2026, 9, 7)
AT = datetime(2026, 9, 17, 12, tzinfo=UTC)


def map_of(student, track, at=AT):
    (found,) = maps_of(student, [track], at=at)
    return found


def states(found):
    return [each.state for each in found.projects]


def test_a_fresh_student_stands_at_the_first_project_and_the_others_say_what_they_wait_for():
    track = make_track()
    found = map_of(enrolled(track), track)
    assert states(found) == ["current", "locked", "locked"]
    assert [each.opens_after for each in found.projects] == [
        None,
        found.projects[0].project,
        found.projects[1].project,
    ]
    assert (found.next.kind, found.next.step.number, found.next.step_number) == (
        NextKind.STEP,
        1,
        1,
    )


def test_a_project_that_is_done_opens_the_next():
    track = make_track()
    student = enrolled(track)
    finish(track.projects.get(number=1), student)
    found = map_of(student, track)
    assert states(found) == ["done", "current", "locked"]
    assert (found.complete, found.progress.percent) == (1, 33)
    assert found.current.project.number == 2


def test_what_was_sent_back_comes_before_the_next_step():
    track = make_track()
    student = enrolled(track)
    submission = hand_in(track.projects.get(number=1).deliverables.get(number=1), student)
    decide(submission, Decision.CHANGES_REQUESTED)
    found = map_of(student, track)
    assert (found.next.kind, found.next.submission) == (NextKind.REVISE, submission)
    assert found.projects[0].changes == 1


def test_days_come_from_the_cohort_and_an_extension_outranks_them(trainer):
    track = make_track()
    student = enrolled(track)
    in_cohort(track, student, starts_on=STARTS_ON)
    third = track.projects.get(number=3)
    extend(student, project=third, due_on=date(2026, 10, 2), reason="", by=trainer, at=AT)
    found = map_of(student, track)
    days = [each.due.due_on for each in found.projects]
    assert days == [date(2026, 9, 13), date(2026, 9, 20), date(2026, 10, 2)]
    assert [each.is_overdue for each in found.projects] == [True, False, False]
    assert [each.days_left for each in found.projects] == [-4, 3, 15]
    assert [each.due.is_extended for each in found.projects] == [False, False, True]


def test_what_waits_for_review_is_not_overdue():
    track = make_track()
    student = enrolled(track)
    in_cohort(track, student, starts_on=STARTS_ON)
    first = track.projects.get(number=1)
    for step in first.steps.order_by("number"):
        complete_step(step, by=student, at=now())
    for deliverable in first.deliverables.all():
        hand_in(deliverable, student)
    found = map_of(student, track)
    assert not found.projects[0].is_overdue
    assert (found.waiting, found.next.kind) == (2, NextKind.WAIT)


def test_projects_of_one_week_share_it_on_the_rule():
    track = make_track(projects=0)
    for number, week in ((1, 1), (2, 3), (3, 3)):
        make_project(track, number=number, due_week=week)
    projects = list(track.projects.order_by("number"))
    assert [places_on_rule(projects)[each.pk] for each in projects] == [1, 2, 3]


def test_a_track_without_projects_is_an_empty_map():
    track = make_track(projects=0)
    found = map_of(enrolled(track), track)
    assert (list(found.projects), found.next, found.progress.percent) == ([], None, 0)


def test_many_tracks_cost_as_much_as_one():
    counted = []
    first = make_track()
    student = enrolled(first)
    in_cohort(first, student, starts_on=STARTS_ON)
    tracks = [first]
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            maps_of(student, tracks, at=AT + timedelta(days=1))
        counted.append(len(queries))
        for _more in range(3):
            tracks.append(make_track(projects=5, steps=6))
            enrolled(tracks[-1], student)
            in_cohort(tracks[-1], student, starts_on=STARTS_ON)
    assert counted == [11, 11]
