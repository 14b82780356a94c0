"""The first page behind the sign-in, as apps fill it."""

import pytest

from core import dashboards
from core.clock import now
from core.dashboards import DashboardCard, Place, dashboard_of
from core.registries import Registry

EVERYBODY, STAFF = "accounts.see_dashboard", "core.enter_admin"


@pytest.fixture
def cards(monkeypatch):
    registry = Registry("dashboard cards")
    monkeypatch.setattr(dashboards, "dashboard_cards", registry)
    return registry


def card(place, order=1, policy=EVERYBODY, content=None):
    def fill(user, at):
        return content

    return DashboardCard(place, f"{order}.html", policy, order, fill)


def shown(user, place):
    return [each.template for each in dashboard_of(user, at=now())[place]]


def test_cards_stand_in_their_order_whatever_their_names(cards, student):
    cards.register("a", card(Place.MAIN, order=2, content={}))
    cards.register("b", card(Place.MAIN, order=1, content={}))
    assert shown(student, Place.MAIN) == ["1.html", "2.html"]


def test_a_card_without_anything_to_say_is_left_out(cards, student):
    cards.register("a", card(Place.ASIDE, content=None))
    assert shown(student, Place.ASIDE) == []


def test_there_is_one_next_thing_and_it_is_the_first_that_waits(cards, student):
    for order, content in [(1, None), (2, {}), (3, {})]:
        cards.register(f"{order}", card(Place.NEXT, order=order, content=content))
    assert shown(student, Place.NEXT) == ["2.html"]


def test_only_those_whom_the_policy_allows_see_a_card(cards, student, admin):
    cards.register("a", card(Place.STATS, policy=STAFF, content={}))
    assert shown(student, Place.STATS) == []
    assert shown(admin, Place.STATS) == ["1.html"]


def test_what_comes_after_the_next_thing_is_not_even_looked_up(cards, student):
    def must_not(user, at):
        raise AssertionError("looked up for nothing")

    cards.register("first", card(Place.NEXT, order=1, content={}))
    cards.register("second", DashboardCard(Place.NEXT, "2.html", EVERYBODY, 2, must_not))
    assert shown(student, Place.NEXT) == ["1.html"]
