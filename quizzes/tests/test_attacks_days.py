"""Moments at the ends of the calendar: in another time zone they are none, and no page shows them.

One quiz with such a closing would take the list of quizzes from everybody who learns.
"""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from quizzes.actions.authoring import facts_digest
from quizzes.tests.factories import make_published_quiz

pytestmark = pytest.mark.django_db

FAR = (
    "0001-01-01T00:00:00Z",
    "1999-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
)


@pytest.mark.parametrize("name", ["opens_at", "closes_at"])
@pytest.mark.parametrize("moment", FAR)
def test_a_moment_that_nobody_means_is_refused(api_of, trainer, name, moment):
    quiz = make_published_quiz(author=trainer)

    made = api_of(trainer).post("/api/quiz/quizzes/", {"title": "Far", name: moment}, format="json")
    changed = api_of(trainer).patch(f"/api/quiz/quizzes/{quiz.pk}/", {name: moment}, format="json")

    for answer in (made, changed):
        assert answer.status_code == 400
        assert set(answer.json()["error"]["details"]) == {name}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_furthest_that_is_taken_is_shown_everywhere(api_of, trainer, client_of, zone):
    quiz = make_published_quiz(author=trainer)
    ends = {"opens_at": "2000-01-01T00:00:00Z", "closes_at": "2199-12-31T23:59:59Z"}
    changed = api_of(trainer).patch(f"/api/quiz/quizzes/{quiz.pk}/", ends, format="json")
    assert changed.status_code == 200

    learner = client_of(UserFactory(time_zone=zone))
    pages = ("/quizzes/", "/dashboard/", f"/quizzes/{quiz.pk}/")
    assert [learner.get(page).status_code for page in pages] == [200, 200, 200]


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_the_page_says_it_too(client_of, zone, moment):
    author = UserFactory(trainer=True, time_zone=zone)
    quiz = make_published_quiz(author=author)
    page = client_of(author)
    form = {"title": "Far", "feedback": "after_submit", "pass_percent": "60", "closes_at": moment}

    answer = page.post(f"/quizzes/{quiz.pk}/edit/", form | {"base": facts_digest(quiz)})

    assert answer.status_code == 200
    assert answer.context["form"].errors["closes_at"]
    quiz.refresh_from_db()
    assert quiz.closes_at is None
