"""All tracks, one track's outline and its map, as people meet them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from core.registries import track_prices
from curriculum.actions.enrollment import end_grant
from curriculum.models import Decision, Enrollment, Grant
from curriculum.tests.factories import (
    decide,
    enrolled,
    enrollment_of,
    finish,
    hand_in,
    in_cohort,
    make_track,
)

pytestmark = pytest.mark.django_db
PLAN = {"id": 1, "name": "Twelve weeks", "amount": 499900, "currency": "inr", "interval": ""}


@pytest.fixture
def track():
    return make_track("SHED", name="Shed keeper")


@pytest.fixture
def plans(monkeypatch):
    monkeypatch.setitem(track_prices._entries, "test", lambda _code: [PLAN])


def page_at(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(html):
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_anybody_sees_which_tracks_there_are(client, track):
    make_track("HID", name="Not yet", is_published=False)
    page = words_of(page_at(client, "/tracks/"))
    assert "Shed keeper" in page
    assert "12 weeks 3 projects · about 36 hours" in page
    assert "Not yet" not in page


def test_without_any_track_the_page_says_so(client):
    assert "No tracks yet" in page_at(client, "/tracks/")


def test_ones_own_track_comes_first_and_says_how_far_one_is(client_of, track):
    mine = make_track("ZZ", name="Mine", position=9)
    student = enrolled(mine)
    finish(mine.projects.get(number=1), student)
    page = words_of(page_at(client_of(student), "/tracks/"))
    assert page.index("Mine") < page.index("Shed keeper")
    assert "1 of 3 projects 33%" in page


def test_the_list_costs_the_same_for_many_tracks(client_of):
    student = enrolled(make_track())
    client, counted = client_of(student), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page_at(client, "/tracks/")
        counted.append(len(queries))
        for _more in range(4):
            enrolled(make_track(projects=4), student)
    assert counted[0] == counted[1]
    assert counted[0] <= 14


def test_a_stranger_reads_the_outline_and_is_led_in_and_back(client, track):
    page = page_at(client, "/tracks/SHED/")
    words = words_of(page)
    for said in ("Shed keeper", "Project 1 of SHED", "12 hours", "3 steps", "HTML, CSS, Git"):
        assert said in words
    assert "<strong>one</strong> product" in page
    assert "/accounts/login/?next=/tracks/SHED/" in page
    assert "/accounts/signup/?next=/tracks/SHED/" in page
    assert "/accounts/signup/?track=SHED&amp;next=/tracks/SHED/" in page
    assert "/enroll/" not in page


def test_where_nobody_joins_by_themselves_a_stranger_is_led_to_the_sign_in(client, track, settings):
    settings.REGISTRATION = "invitation"
    page = page_at(client, "/tracks/SHED/")
    assert "Sign in to enroll" in page
    assert "/accounts/signup/" not in page


def test_a_student_enrolls_and_sees_the_map(client_of, student, track):
    client = client_of(student)
    assert 'action="/tracks/SHED/enroll/"' in page_at(client, "/tracks/SHED/")
    answer = client.post("/tracks/SHED/enroll/", follow=True)
    words = words_of(answer.content.decode())
    assert "You are on the track" in words
    assert "Step 1: Step 1 Begin" in words
    assert "Opens when project 1 is complete" in words
    assert Enrollment.objects.get().student == student
    client.post("/tracks/SHED/enroll/")
    assert Enrollment.objects.count() == Grant.objects.count() == 1


def test_a_track_with_a_price_says_what_it_costs(client_of, student, plans):
    make_track("PAID", is_free=False)
    client = client_of(student)
    page = words_of(page_at(client, "/tracks/PAID/"))
    assert "What it costs Twelve weeks INR 4,999.00" in page
    answer = client.post("/tracks/PAID/enroll/")
    assert answer.status_code == 402
    assert "You are not enrolled yet" in words_of(answer.content.decode())
    assert not Enrollment.objects.exists()


def test_a_price_without_a_plan_is_said_too(client, db):
    make_track("PAID", is_free=False)
    assert "An admin can put you on it" in page_at(client, "/tracks/PAID/")


def test_whose_access_has_ended_hears_that_nothing_is_lost(client_of, track):
    student = enrolled(track)
    end_grant(enrollment_of(student, track).grants.get(), by=None, at=now())
    page = words_of(page_at(client_of(student), "/tracks/SHED/"))
    assert "Your access has ended What you did is kept" in page
    assert "Enroll again" in page


def test_the_map_shows_what_is_done_where_one_is_and_what_waits(client_of, track):
    student = enrolled(track)
    first, second, _third = track.projects.order_by("number")
    finish(first, student)
    hand_in(second.deliverables.get(number=1), student)
    decide(hand_in(second.deliverables.get(number=2), student), Decision.CHANGES_REQUESTED)
    page = page_at(client_of(student), "/tracks/SHED/")
    assert re.findall(r'class="map-project map-(\w+)"', page) == ["done", "current", "locked"]
    words = words_of(page)
    assert "“Part 2” came back with changes" in words
    assert "Changes requested" in words
    assert "1 waits for review" in words
    assert "33%" in words


def test_what_is_overdue_is_said_plainly_and_kindly(client_of, track):
    student = enrolled(track)
    in_cohort(track, student, starts_on=now().date() - timedelta(days=17))
    words = words_of(page_at(client_of(student), "/tracks/SHED/"))
    assert words.count("Overdue") == 1
    assert "Was due on" in words
    assert "It still counts" in words
    assert "Week 3 of 12" in words
    assert "Due on" in words


def test_a_complete_track_says_so(client_of, track):
    student = enrolled(track)
    for project in track.projects.order_by("number"):
        finish(project, student)
    words = words_of(page_at(client_of(student), "/tracks/SHED/"))
    assert "You have completed Shed keeper" in words
    assert "100%" in words


def test_a_track_without_projects_is_a_page_too(client_of, client, student):
    empty = make_track("NEW", projects=0, description="")
    assert "They are still being written" in page_at(client, "/tracks/NEW/")
    enrolled(empty, student)
    assert "No projects yet" in page_at(client_of(student), "/tracks/NEW/")


def test_the_map_costs_the_same_for_many_projects(client_of):
    counted = []
    for projects in (2, 9):
        track = make_track(projects=projects, steps=projects)
        student = enrolled(track)
        in_cohort(track, student, starts_on=now().date())
        client = client_of(student)
        with CaptureQueriesContext(connection) as queries:
            page_at(client, f"/tracks/{track.code}/")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[0] <= 20


def test_what_is_not_published_is_there_for_staff_alone(client, client_of, student, admin):
    make_track("HID", is_published=False)
    for who in (client, client_of(student), client_of(UserFactory(trainer=True))):
        assert who.get("/tracks/HID/").status_code == 404
    assert "Not published" in page_at(client_of(admin), "/tracks/HID/")
    assert client_of(student).post("/tracks/HID/enroll/").status_code == 404


@pytest.mark.parametrize("role", ["trainer", "admin"])
def test_who_teaches_does_not_enroll(client_of, request, track, role):
    client = client_of(request.getfixturevalue(role))
    assert "/enroll/" not in page_at(client, "/tracks/SHED/")
    assert client.post("/tracks/SHED/enroll/").status_code == 403


def test_there_are_no_other_tracks(client):
    assert client.get("/tracks/NONE/").status_code == 404
    assert client.get("/tracks/%00/").status_code == 404
