"""The live frame in a real browser, over real sockets, with a server that goes away."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from core.live.hints import end_live_connections, send_hint

pytestmark = pytest.mark.slow


def test_a_page_hears_of_what_is_new_by_a_hint_and_a_fetch(page_of, student):
    page = page_of(student)
    page.goto("/tests/people/")
    people = page.locator("#people li")
    expect(page.locator("#state")).to_have_text("live")
    expect(people).to_have_text([student.email])

    newcomers = UserFactory.create_batch(3)
    send_hint(user_id=student.pk, topic="people", data={})
    expect(people).to_have_text([student.email, *(person.email for person in newcomers)])


def test_a_page_comes_back_after_the_server_was_restarted_and_has_missed_nothing(
    page_of, student, live_platform, watch
):
    watch.expect("WebSocket connection to .* failed")
    watch.expect("ERR_CONNECTION_REFUSED")
    page = page_of(student)
    page.goto("/tests/people/")
    expect(page.locator("#state")).to_have_text("live")

    live_platform.stop()
    expect(page.locator("#state")).not_to_have_text("live")
    newcomer = UserFactory()
    send_hint(user_id=student.pk, topic="people", data={})
    live_platform.start()

    expect(page.locator("#state")).to_have_text("live")
    expect(page.locator("#people li")).to_have_text([student.email, newcomer.email])


def test_where_sockets_cannot_be_had_a_page_polls(page_of, student, watch):
    watch.expect("WebSocket connection to .* failed")
    page = page_of(student)
    page.route_web_socket("**/ws/**", lambda socket: socket.close(code=1013))
    page.goto("/tests/people/")
    expect(page.locator("#state")).to_have_text("polling")
    expect(page.locator("#people li")).to_have_text([student.email])


def test_signing_out_elsewhere_ends_it_for_good(page_of, student):
    page = page_of(student)
    page.goto("/tests/people/")
    expect(page.locator("#state")).to_have_text("live")
    end_live_connections(user_id=student.pk)
    expect(page.locator("#state")).to_have_text("ended")


def test_modules_come_by_their_hashed_names(page_of, student):
    page = page_of(student)
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
    page.goto("/tests/people/")
    expect(page.locator("#state")).to_have_text("live")
    modules = [name for name in loaded if name.endswith(".js")]
    assert any(name.startswith("connection.") for name in modules)
    assert all(len(name.split(".")) == 3 for name in modules), modules
