"""What generating costs, as staff see it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from quizzes.costs import costs_of
from quizzes.models import Generation
from quizzes.tests.generation import asked, done

LIST = "/admin/quizzes/generation/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def spent(trainer):
    """Three generations of two people on two days."""
    other = UserFactory(trainer=True)
    rows = [
        (trainer, now(), "gemini-2.5-flash", "0.5"),
        (trainer, now() - timedelta(days=1), "gemini-2.5-flash", "0.25"),
        (other, now(), "gemini-2.5-pro", "2"),
    ]
    for number, (owner, at, model, cost) in enumerate(rows, start=1):
        generation, _job = asked(owner, at=at, count=number)
        Generation.objects.filter(pk=generation.pk).update(
            model=model, cost=cost, tokens_in=100, tokens_out=10, requests=2
        )
    return trainer, other


def test_it_is_summed_by_day_person_and_model(spent):
    trainer, other = spent

    by_day, by_person, by_model = costs_of(Generation.objects.all())

    assert [(row.generations, row.cost) for row in by_day.rows] == [
        (2, Decimal("2.5")),
        (1, Decimal("0.25")),
    ]
    assert [(row.name, row.cost) for row in by_person.rows] == [
        (other.email, Decimal(2)),
        (trainer.email, Decimal("0.75")),
    ]
    assert [(row.name, row.tokens_in, row.requests) for row in by_model.rows] == [
        ("gemini-2.5-pro", 100, 2),
        ("gemini-2.5-flash", 200, 4),
    ]


def test_the_page_sums_what_its_filters_leave(client_of, admin, spent):
    page = client_of(admin).get(f"{LIST}?model__exact=gemini-2.5-pro").content.decode()

    assert "By person" in page
    assert "2.0000" in page
    assert "0.7500" not in page


def test_it_asks_as_often_for_many_as_for_few(client_of, admin, trainer):
    client = client_of(admin)
    done(asked(trainer))
    client.get(LIST)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    few = queries()
    for number in range(1, 6):
        done(asked(UserFactory(trainer=True), count=number))

    assert queries() == few
