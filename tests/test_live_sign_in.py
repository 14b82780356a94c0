"""Sockets end with the sign-in that opened them, whichever way it ends."""

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.tests.factories import PASSWORD, UserFactory
from core.live.codes import Close
from core.live.tests.conftest import platform

__all__ = ["platform"]

JSON = "application/json"


@pytest.fixture
def person(transactional_db):
    return UserFactory()


@pytest.fixture
def tokens(person) -> dict[str, str]:
    return sign_in_by_api(person)


@pytest.fixture
def browser_client(person, client_of) -> Client:
    return client_of(person)


def sign_in_by_api(person) -> dict[str, str]:
    body = {"email": person.email, "password": PASSWORD}
    return Client().post("/api/auth/login/", body, JSON).json()


@sync_to_async
def sign_out_by_api(tokens: dict[str, str], body: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {tokens['access']}"}
    answer = Client(headers=headers).post("/api/auth/logout/", body, JSON)
    assert answer.status_code == 204


@sync_to_async
def sign_out_by_page(client: Client) -> None:
    assert client.post("/accounts/logout/").status_code == 302


async def test_an_access_token_opens_a_socket_and_signing_out_closes_it(
    platform, tokens, browser_client
):
    async with (
        platform.socket(origin=None) as app,
        platform.welcomed(browser_client) as browser,
    ):
        await app.say({"type": "authenticate", "token": tokens["access"]})
        await app.hear("welcome")
        await sign_out_by_api(tokens, {"refresh": tokens["refresh"]})
        assert await app.is_told_to_go() == Close.SIGN_IN_ENDED
        await browser.hear_nothing_but_answers()


async def test_a_token_of_an_ended_sign_in_opens_nothing(platform, tokens):
    await sign_out_by_api(tokens, {"refresh": tokens["refresh"]})
    async with platform.socket(origin=None) as app:
        await app.say({"type": "authenticate", "token": tokens["access"]})
        assert await app.is_told_to_go() == Close.SIGN_IN_NEEDED


async def test_signing_out_everywhere_closes_the_sockets_of_browsers_too(
    platform, tokens, browser_client
):
    async with platform.welcomed(browser_client) as browser:
        await sign_out_by_api(tokens, {})
        assert await browser.is_told_to_go() == Close.SIGN_IN_ENDED


async def test_signing_out_on_the_page_closes_its_socket_at_once(platform, browser_client):
    async with platform.welcomed(browser_client) as browser:
        await sign_out_by_page(browser_client)
        assert await browser.is_told_to_go() == Close.SIGN_IN_ENDED
