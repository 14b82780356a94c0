"""A project's page, and ticking its steps off in place."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from core.events.models import Event
from curriculum.models import Decision, StepProgress, SubmissionStatus
from curriculum.tests.factories import (
    decide,
    enrolled,
    finish,
    hand_in,
    make_project,
    make_step,
    make_track,
)
from curriculum.tests.test_track_pages import page_at, words_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def track():
    return make_track("SHED")


@pytest.fixture
def project(track):
    return track.projects.get(number=1)


@pytest.fixture
def learner(track):
    return enrolled(track)


def steps_in(page):
    return re.findall(r'class="work-step work-step-(\w+)"', page)


def tick(client, step, completed="1", **headers):
    return client.post(
        f"/projects/{step.project_id}/steps/{step.pk}/", {"completed": completed}, headers=headers
    )


def test_a_stranger_sees_the_brief_and_not_what_the_steps_ask_for(client, project):
    page = page_at(client, f"/projects/{project.pk}/")
    assert "<em>She asks you for one page.</em>" in page
    assert "Step 2" in page
    assert "It prints its number" not in page
    assert f"/accounts/login/?next=/projects/{project.pk}/" in page
    assert "It works" in page


def test_whoever_is_signed_in_reads_the_steps(client_of, trainer, project):
    page = page_at(client_of(trainer), f"/projects/{project.pk}/")
    assert "It prints its number" in page
    assert 'class="tick"' not in page


def test_a_student_who_is_not_on_the_track_is_led_there(client_of, student, project):
    words = words_of(page_at(client_of(student), f"/projects/{project.pk}/"))
    assert "You look at this from outside" in words


def test_a_student_sees_where_they_are(client_of, learner, project):
    page = page_at(client_of(learner), f"/projects/{project.pk}/")
    assert steps_in(page) == ["current", "locked", "locked"]
    assert page.count('class="tick"') == 1
    assert page.count('<details class="work-step-sheet" open>') == 1
    words = words_of(page)
    assert "Opens after step 1" in words
    assert "0 of 5 required" in words
    assert f"/projects/{project.pk}/deliverables/" in page


def test_a_step_is_ticked_off_without_scripts(client_of, learner, project):
    step = project.steps.get(number=1)
    answer = tick(client_of(learner), step)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/projects/{project.pk}/#step-{step.pk}",
    )
    assert StepProgress.objects.get().step == step
    assert Event.objects.filter(name="curriculum.step_completed").count() == 1


def test_a_tick_by_htmx_renews_the_steps_and_tells_how_far_one_is(client_of, learner, project):
    answer = tick(client_of(learner), project.steps.get(number=1), **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert steps_in(page) == ["done", "current", "locked"]
    assert 'hx-swap-oob="innerHTML:#said">1 of 5 done.' in page
    assert 'id="overview" hx-swap-oob="true"' in page
    assert "<html" not in page


def test_ticking_again_changes_nothing_and_a_tick_can_be_taken_back(client_of, learner, project):
    client, step = client_of(learner), project.steps.get(number=1)
    tick(client, step)
    tick(client, step)
    assert StepProgress.objects.count() == 1
    assert steps_in(tick(client, step, "0", **HTMX).content.decode()) == [
        "current",
        "locked",
        "locked",
    ]
    assert not StepProgress.objects.exists()


def test_a_step_that_waits_for_another_is_refused_and_the_page_says_so(client_of, learner, project):
    client, last = client_of(learner), project.steps.get(number=3)
    answer = tick(client, last, **HTMX)
    assert answer.status_code == 422
    assert "An earlier step is still open" in answer["HX-Trigger"]
    assert steps_in(answer.content.decode()) == ["current", "locked", "locked"]
    followed = client.post(
        f"/projects/{project.pk}/steps/{last.pk}/", {"completed": "1"}, follow=True
    )
    assert "An earlier step is still open" in followed.content.decode()
    assert not StepProgress.objects.exists()


def test_a_locked_project_can_be_read_and_says_what_it_waits_for(client_of, learner, track):
    second = track.projects.get(number=2)
    client = client_of(learner)
    page = page_at(client, f"/projects/{second.pk}/")
    assert "It opens when project 1, “Project 1 of SHED”, is complete" in words_of(page)
    assert 'class="tick"' not in page
    assert tick(client, second.steps.get(number=1), **HTMX).status_code == 422


def test_who_is_not_enrolled_ticks_nothing(client_of, student, project):
    step = project.steps.get(number=1)
    answer = tick(client_of(student), step, **HTMX)
    assert (answer.status_code, StepProgress.objects.count()) == (422, 0)


@pytest.mark.parametrize("role", ["trainer", "admin"])
def test_who_teaches_ticks_nothing(client_of, request, project, role):
    client = client_of(request.getfixturevalue(role))
    assert tick(client, project.steps.get(number=1)).status_code == 403


def test_a_step_belongs_to_its_project(client_of, learner, track, project):
    other = track.projects.get(number=2).steps.get(number=1)
    answer = client_of(learner).post(f"/projects/{project.pk}/steps/{other.pk}/")
    assert answer.status_code == 404


def test_a_retired_step_is_gone(client_of, learner, project):
    step = project.steps.get(number=2)
    step.retired_at = now()
    step.save()
    client = client_of(learner)
    assert "Step 2" not in words_of(page_at(client, f"/projects/{project.pk}/"))
    assert tick(client, step).status_code == 404


def test_an_optional_step_locks_nothing(client_of, learner, project):
    project.steps.filter(number=1).update(is_required=False)
    page = page_at(client_of(learner), f"/projects/{project.pk}/")
    assert steps_in(page) == ["current", "open", "locked"]
    assert "Optional" in page


def test_deliverables_say_how_they_stand(client_of, learner, project):
    first, second = project.deliverables.order_by("number")
    submission = hand_in(first, learner)
    decide(submission, Decision.CHANGES_REQUESTED)
    page = page_at(client_of(learner), f"/projects/{project.pk}/")
    assert f"/submissions/{submission.pk}/" in page
    assert str(SubmissionStatus.CHANGES_REQUESTED.label) in page
    assert f"/projects/{project.pk}/deliverables/{second.pk}/submit/" in page


def test_a_complete_project_leads_to_the_next(client_of, learner, track, project):
    finish(project, learner)
    page = page_at(client_of(learner), f"/projects/{project.pk}/")
    assert "This project is complete" in page
    assert "On to 2. Project 2 of SHED" in words_of(page)


def test_projects_lead_to_those_before_and_after(client, track):
    first, second, third = track.projects.order_by("number")
    assert 'rel="prev"' not in page_at(client, f"/projects/{first.pk}/")
    middle = page_at(client, f"/projects/{second.pk}/")
    assert f'href="/projects/{first.pk}/" rel="prev"' in middle
    assert f'href="/projects/{third.pk}/" rel="next"' in middle


def test_what_is_written_in_content_is_never_markup(client_of, trainer, track):
    harm = "<script>alert(1)</script>"
    project = make_project(track, number=9, title=harm, brief=harm, summary=harm, goals=[harm])
    make_step(project, number=9, title=harm, description=harm, done_when=harm)
    assert harm not in page_at(client_of(trainer), f"/projects/{project.pk}/")


def test_the_page_costs_the_same_for_many_steps(client_of):
    counted = []
    for parts in (2, 7):
        track = make_track(steps=parts, deliverables=parts)
        student = enrolled(track)
        project = track.projects.get(number=1)
        hand_in(project.deliverables.get(number=1), student)
        client = client_of(student)
        with CaptureQueriesContext(connection) as queries:
            page_at(client, f"/projects/{project.pk}/")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[0] <= 20


def test_a_project_of_an_unpublished_track_is_there_for_staff_alone(
    client, client_of, student, admin
):
    track = make_track(is_published=False)
    path = f"/projects/{track.projects.get(number=1).pk}/"
    enrolled(track, student)
    for who in (client, client_of(student), client_of(UserFactory(trainer=True))):
        assert who.get(path).status_code == 404
    assert client_of(admin).get(path).status_code == 200
    assert client.get("/projects/99999999999999999999/").status_code == 404
