"""The side navigation: what one's role may open, and where one is."""

import pytest
from django.contrib.auth.models import AnonymousUser

from core.navigation import NavigationItem, navigation_of
from core.registries import navigation


def item(label: str, **changes: object) -> NavigationItem:
    values = {"icon": "house", "url": "dashboard", "policy": "accounts.see_dashboard", "order": 10}
    return NavigationItem(label=label, **values | changes)


@pytest.fixture
def entries(monkeypatch):
    def put(*items: NavigationItem) -> None:
        monkeypatch.setattr(navigation, "_entries", {each.label: each for each in items})

    return put


def labels(user, path: str = "/") -> list[str]:
    return [place.label for group in navigation_of(user, path).groups for place in group.items]


def test_each_role_sees_what_it_may_open(entries, student, admin):
    entries(item("Start"), item("Admin", url="admin:index", policy="core.enter_admin"))
    assert labels(admin) == ["Admin", "Start"]
    assert labels(student) == ["Start"]
    assert labels(AnonymousUser()) == []


def test_places_stand_in_their_order_and_groups(entries, student):
    entries(
        item("Last", order=30, group="Work"),
        item("First", order=10),
        item("Middle", order=20, group="Work"),
    )
    groups = navigation_of(student, "/").groups
    assert [(group.title, [place.label for place in group.items]) for group in groups] == [
        ("", ["First"]),
        ("Work", ["Middle", "Last"]),
    ]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/dashboard/", ["Start"]),
        ("/dashboard/today/", ["Start"]),
        ("/styleguide/button/", ["Parts"]),
        ("/accounts/email/", ["Parts"]),
        ("/accounts/login/", []),
    ],
)
def test_the_nearest_place_is_where_one_is(entries, student, path, current):
    entries(item("Start"), item("Parts", url="styleguide", elsewhere=("/accounts/email/",)))
    places = [place for group in navigation_of(student, path).groups for place in group.items]
    assert [place.label for place in places if place.is_current] == current


def test_phones_have_room_for_four(entries, student):
    entries(*(item(f"Place {n}", order=n, on_phone=n != 2) for n in range(1, 7)))
    shown = [place.label for place in navigation_of(student, "/").for_phones]
    assert shown == ["Place 1", "Place 3", "Place 4", "Place 5"]


def test_what_waits_is_counted_for_this_person(entries, student):
    entries(item("Quizzes", count=lambda user: 3 if user == student else 0))
    assert navigation_of(student, "/").groups[0].items[0].count == 3
