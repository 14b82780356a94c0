"""Tracks, projects and steps by API: outlines for anyone, bodies for whoever is signed in."""

import pytest

from curriculum.actions.steps import complete_step
from curriculum.models import Deliverable, Track
from curriculum.tests.factories import enrolled, make_project, make_track

TRACKS, PROJECTS = "/api/curriculum/tracks/", "/api/curriculum/projects/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return make_track("FSD")


def steps_of(project):
    return f"{PROJECTS}{project.pk}/steps/"


def test_anybody_reads_the_outline_of_a_track(api, track):
    answer = api.get(f"{TRACKS}FSD/")

    assert answer.status_code == 200
    found = answer.json()
    assert {name: found[name] for name in ("code", "name", "description", "duration_weeks")} == {
        "code": "FSD",
        "name": "Track FSD",
        "description": "Twelve weeks, and **one** product.",
        "duration_weeks": 12,
    }
    assert [each["number"] for each in found["projects"]] == [1, 2, 3]
    assert set(found["projects"][0]) >= {
        *("id", "number", "title", "type", "tech_stack", "steps_count")
    }
    assert found["projects"][0]["steps_count"] == 3


def test_a_code_is_found_whatever_its_case(api, track):
    assert api.get(f"{TRACKS}fsd/").json()["code"] == "FSD"


def test_what_is_not_there_and_what_is_not_published_look_alike(api, api_of, track, admin):
    Track.objects.create(code="ML", name="Machines", pitch="Soon.", is_published=False)

    assert api.get(f"{TRACKS}ML/").json()["error"]["code"] == "NOT_FOUND"
    assert api.get(f"{TRACKS}XX/").json()["error"]["code"] == "NOT_FOUND"
    assert [each["code"] for each in api.get(TRACKS).json()["results"]] == ["FSD"]
    assert api_of(admin).get(f"{TRACKS}ML/").status_code == 200


def test_projects_are_narrowed_by_track(api, track):
    make_track("DP", projects=1)

    found = api.get(PROJECTS, {"track": "dp"}).json()

    assert [(each["track"], each["number"]) for each in found["results"]] == [("DP", 1)]
    assert api.get(PROJECTS, {"track": "x" * 50}).status_code == 400


def test_a_project_shows_what_is_handed_in_and_by_what_it_is_judged(api, track):
    project = track.projects.get(number=1)
    Deliverable.objects.filter(project=project, number=2).update(retired_at="2026-01-01T00:00Z")

    (deliverable,) = api.get(f"{PROJECTS}{project.pk}/").json()["deliverables"]

    assert (deliverable["kind"], deliverable["required"]) == ("file", True)
    assert deliverable["rubric"][0]["criterion"] == "It works"


def test_what_steps_ask_for_is_for_whoever_is_signed_in(api, api_of, track, trainer):
    project = track.projects.get(number=1)

    assert api.get(steps_of(project)).status_code == 401
    first, second, third = api_of(trainer).get(steps_of(project)).json()["results"]

    assert first["description"].startswith("Do the 1. thing:")
    assert [each["required"] for each in (first, second, third)] == [True, True, True]
    assert [each["locked"] for each in (first, second, third)] == [False, True, True]


def test_steps_tell_how_far_one_is(api_of, track):
    project, student = track.projects.get(number=1), enrolled(track)
    complete_step(project.steps.get(number=1), by=student, at=student.enrollments.get().enrolled_at)

    first, second, _third = api_of(student).get(steps_of(project)).json()["results"]

    assert (first["completed"], first["locked"]) == (True, False)
    assert (second["completed"], second["locked"]) == (False, False)


def test_every_step_of_a_locked_project_is_locked(api_of, track):
    student = enrolled(track)

    found = api_of(student).get(steps_of(track.projects.get(number=2))).json()["results"]

    assert all(each["locked"] for each in found)


@pytest.mark.parametrize("address", [TRACKS, f"{TRACKS}FSD/", PROJECTS])
def test_content_that_one_has_already_is_not_sent_again(api, track, address):
    first = api.get(address)

    assert api.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    Track.objects.update(name="Another name", code="FSX")
    make_project(Track.objects.get(), number=9)
    again = api.get(address.replace("FSD", "FSX"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200


def test_reading_content_is_not_counted(api, track):
    left = {api.get(TRACKS)["X-RateLimit-Remaining"] for _ in range(3)}

    assert len(left) == 1


@pytest.mark.parametrize("address", [TRACKS, PROJECTS])
def test_lists_ask_as_many_questions_for_many_as_for_few(
    api, track, address, django_assert_max_num_queries
):
    counted = []
    for code in ("DP", "ML"):
        with django_assert_max_num_queries(4) as queries:
            assert api.get(address).status_code == 200
        counted.append(len(queries))
        make_track(code, projects=10, steps=6)
    assert counted[0] == counted[1]


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "abc"])
def test_an_id_that_is_none_is_not_there(api, track, number):
    assert api.get(f"{PROJECTS}{number}/").status_code == 404
