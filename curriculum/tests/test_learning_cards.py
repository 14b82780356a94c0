"""What whoever learns finds on the first page: one next thing, their tracks, what waits."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from curriculum.models import Decision, Track
from curriculum.tests.factories import (
    decide,
    enrolled,
    finish,
    hand_in,
    in_cohort,
    make_track,
)
from curriculum.tests.test_track_pages import page_at, words_of

pytestmark = pytest.mark.django_db
DASHBOARD = "/dashboard/"


@pytest.fixture
def track():
    return make_track("SHED", name="Shed keeper")


def words_for(client_of, who):
    return words_of(page_at(client_of(who), DASHBOARD))


def test_whoever_is_on_no_track_chooses_one(client_of, student, track):
    words = words_for(client_of, student)
    assert "You are on no track yet" in words
    assert "Nothing waits" not in words


def test_whoever_has_a_main_track_enrolls_there(client_of, track):
    page = page_at(client_of(UserFactory(track="SHED")), DASHBOARD)
    assert "Look at it and enroll" in page
    assert "/tracks/SHED/" in page


def test_the_next_step_comes_first(client_of, track):
    words = words_for(client_of, enrolled(track))
    assert "Project 1 · Project 1 of SHED Step 1: Step 1 Begin" in words
    assert "Shed keeper" in words
    assert "0 of 3 projects 0%" in words
    assert "Nothing waits" not in words


def test_what_came_back_is_more_urgent_than_a_step_of_the_main_track(client_of, track):
    other = make_track("OTHR")
    student = enrolled(track, UserFactory(track="SHED"))
    enrolled(other, student)
    submission = hand_in(other.projects.get(number=1).deliverables.get(number=1), student)
    decide(submission, Decision.CHANGES_REQUESTED)
    page = page_at(client_of(student), DASHBOARD)
    assert "came back with changes" in page
    assert "Step 1: Step 1" not in page
    assert page.index("Shed keeper") < page.index("Track OTHR")


def test_what_waits_for_review_is_listed(client_of, track):
    student = enrolled(track)
    first = track.projects.get(number=1)
    submissions = [hand_in(each, student) for each in first.deliverables.order_by("number")]
    page = page_at(client_of(student), DASHBOARD)
    assert "Waits for review" in page
    for submission in submissions:
        assert f'href="/submissions/{submission.pk}/"' in page


def test_due_dates_stand_beside_what_is_coming(client_of, track):
    student = enrolled(track)
    in_cohort(track, student, starts_on=now().date() - timedelta(days=9))
    words = words_for(client_of, student)
    assert "Was due on" in words
    assert "Due on" in words


def test_a_complete_track_is_told_as_such(client_of, track):
    student = enrolled(track)
    for project in track.projects.order_by("number"):
        finish(project, student)
    assert "You have completed Shed keeper" in words_for(client_of, student)


def test_a_track_that_is_no_longer_published_is_not_led_to(client_of, track):
    student = enrolled(track)
    Track.objects.update(is_published=False)
    assert "/tracks/SHED/" not in page_at(client_of(student), DASHBOARD)


def test_who_teaches_finds_none_of_it(client_of, trainer, track):
    words = words_for(client_of, trainer)
    assert "You are on no track yet" not in words
    assert "Shed keeper" not in words


def test_the_dashboard_costs_the_same_for_many_tracks(client_of, track):
    student = enrolled(track)
    client, counted, tracks = client_of(student), [], [track]
    for _ in range(2):
        for each in tracks:
            in_cohort(each, student, starts_on=now().date())
            hand_in(each.projects.get(number=1).deliverables.get(number=1), student)
        with CaptureQueriesContext(connection) as queries:
            page_at(client, DASHBOARD)
        counted.append(len(queries))
        tracks = [make_track(projects=5) for _more in range(3)]
        for each in tracks:
            enrolled(each, student)
    assert counted[0] == counted[1]
    assert counted[0] <= 18
