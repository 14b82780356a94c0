"""Who may open a socket, and how it begins."""

import pytest
from websockets.exceptions import InvalidStatus

from core.live.codes import Close
from core.live.consumer import LiveConsumer
from core.live.tests.conftest import deactivate


@pytest.fixture
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(LiveConsumer, "seconds_to_sign_in", 0.1)


async def test_a_browser_with_a_session_is_welcomed_and_told_the_heartbeat(
    platform, student_client, settings
):
    settings.LIVE_HEARTBEAT_SECONDS = 20
    async with platform.socket(student_client) as browser:
        assert await browser.hear("welcome") == {"type": "welcome", "heartbeat": 20}


async def test_a_page_of_another_origin_is_refused_before_it_is_accepted(platform, student_client):
    neighbour = "http://127.0.0.1:1"  # another service on the same machine
    look_alike = f"{platform.origin}.evil.example"
    for origin in ["https://evil.example", neighbour, look_alike, "null", "file://"]:
        with pytest.raises(InvalidStatus) as refusal:
            async with platform.socket(student_client, origin=origin):
                pass
        assert refusal.value.response.status_code == 403, origin


async def test_a_host_that_is_not_ours_is_refused(platform, student_client, settings):
    settings.ALLOWED_HOSTS = ["learn.example.org"]
    with pytest.raises(InvalidStatus):
        async with platform.socket(student_client):
            pass


async def test_where_only_https_is_served_a_plain_page_is_refused(
    platform, student_client, settings
):
    settings.HTTPS_ONLY = True
    with pytest.raises(InvalidStatus):
        async with platform.socket(student_client):
            pass


async def test_the_address_that_people_type_and_listed_origins_are_let_in(
    platform, student_client, settings
):
    settings.FRONTEND_URL = "https://learn.example.org/"
    settings.CORS_ORIGINS = ("https://app.example.org",)
    for origin in ["https://learn.example.org", "https://app.example.org"]:
        async with platform.socket(student_client, origin=origin) as browser:
            await browser.hear("welcome")


async def test_an_unknown_address_is_refused(platform, student_client):
    with pytest.raises(InvalidStatus) as refusal:
        async with platform.socket(student_client, path="/ws/nothing/"):
            pass
    assert refusal.value.response.status_code == 403


async def test_a_cookie_without_an_origin_is_no_browsers_and_counts_nothing(
    platform, student_client, impatient
):
    async with platform.socket(student_client, origin=None) as browser:
        assert await browser.is_told_to_go() == Close.SIGN_IN_NEEDED


async def test_whoever_does_not_say_who_they_are_is_told_to_sign_in(platform, impatient):
    async with platform.socket() as browser:
        assert await browser.is_told_to_go() == Close.SIGN_IN_NEEDED


async def test_a_session_whose_user_was_deactivated_counts_nothing(
    platform, student, student_client, impatient
):
    await deactivate(student)
    async with platform.socket(student_client) as browser:
        assert await browser.is_told_to_go() == Close.SIGN_IN_NEEDED


async def test_a_token_as_the_first_message_signs_in(platform, token):
    for origin in [None, platform.origin]:
        async with platform.socket(origin=origin) as app:
            await app.say({"type": "authenticate", "token": token})
            await app.hear("welcome")
            await app.hear_nothing_but_answers()


async def test_a_token_that_is_refused_ends_the_socket(platform, token):
    for wrong in ["stale", ""]:
        async with platform.socket(origin=None) as app:
            await app.say({"type": "authenticate", "token": wrong})
            assert await app.is_told_to_go() == Close.SIGN_IN_NEEDED


async def test_a_token_that_is_none_is_a_bad_message(platform, token):
    for message in [{"type": "authenticate"}, {"type": "authenticate", "token": 7}]:
        async with platform.socket(origin=None) as app:
            await app.say(message)
            assert await app.is_told_to_go() == Close.BAD_MESSAGE


async def test_nobody_signs_in_twice_on_one_socket(platform, student_client, token):
    async with platform.welcomed(student_client) as browser:
        await browser.say({"type": "authenticate", "token": token})
        assert await browser.is_told_to_go() == Close.BAD_MESSAGE


async def test_before_signing_in_nothing_else_is_taken(platform, token):
    async with platform.socket(origin=None) as app:
        await app.say({"type": "ping"})
        assert await app.is_told_to_go() == Close.SIGN_IN_NEEDED
