"""Light and dark: chosen once, there from the first byte of every page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import override_settings

from core.templatetags.appearance import ago, hue, initials


@pytest.fixture
def choose(client):
    def post(theme: str, **fields: str):
        return client.post("/theme/", {"theme": theme, **fields})

    return post


@override_settings(DEMO=True)
def test_a_page_comes_in_the_theme_that_was_chosen(client, choose, db):
    assert "data-theme" not in client.get("/styleguide/").content.decode()
    choose("dark")
    page = client.get("/styleguide/").content.decode()
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page
    assert '<meta name="color-scheme" content="dark">' in page


def test_one_goes_back_to_where_one_was(choose):
    response = choose("dark", next="/styleguide/?page=2")
    assert response.headers["Location"] == "/styleguide/?page=2"
    assert response.cookies["theme"].value == "dark"
    assert response.cookies["theme"]["samesite"] == "Lax"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_nobody_is_sent_elsewhere(choose, target):
    assert choose("dark", next=target).headers["Location"] == "/"


def test_an_unknown_theme_is_not_kept(client, choose):
    assert "theme" not in choose("pink").cookies


def test_a_forged_cookie_changes_nothing(client, db):
    client.cookies["theme"] = '"><script>'
    with override_settings(DEMO=True):
        assert "data-theme" not in client.get("/styleguide/").content.decode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ishani Rao", "IR"),
        ("Ada", "A"),
        ("Juan Carlos de Borbón", "JB"),
        ("李 明", "李明"),
        ("", "?"),
        ("(x) Ada", "A"),
    ],
)
def test_initials(name, shown):
    assert initials(name) == shown


def test_a_name_keeps_its_ink():
    assert hue("Ishani Rao") == hue("Ishani Rao")
    assert {hue(f"Person {number}") for number in range(100)} == {1, 2, 3, 4, 5, 6}


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(hours=-3), "3\xa0hours ago"),
        (timedelta(hours=5), "in 5\xa0hours"),
        (timedelta(days=-200), "May 4, 2026"),
    ],
)
def test_near_moments_are_told_by_distance(monkeypatch, distance, said):
    monkeypatch.setattr("core.templatetags.appearance.now", lambda: NOON)
    assert ago(NOON + distance) == said


def test_a_moment_is_shown_in_the_readers_zone_and_in_utc_behind_it():
    template = Template('{% load components %}{% component "moment" at=at / %}')
    with override_settings(TIME_ZONE="Asia/Kolkata"):
        html = template.render(Context({"at": NOON}))
    assert 'datetime="2026-11-20T12:00:00+00:00"' in html
    assert 'title="2026-11-20 12:00 UTC"' in html
    assert "5:30 p.m." in html


def test_the_frame_of_a_page_needs_no_request():
    html = render_to_string("layouts/public.html", {"title": "We will be right back"})
    assert html.startswith("<!doctype html>")
    assert 'class="brand"' in html
