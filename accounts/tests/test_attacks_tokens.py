"""Tokens that are no text: JSON can say half of a character, and no bytes can."""

import json

import pytest

from accounts.tokens import authenticate_access_token
from core.errors import InvalidToken

pytestmark = pytest.mark.django_db

HALVES = ["\ud800", "\ud800.a.b", "a.\udfff.b", "a.b.\ud800"]


@pytest.mark.parametrize("half", HALVES)
def test_half_of_a_character_refreshes_nothing(api, half):
    body = json.dumps({"refresh": half})
    answer = api.post("/api/auth/token/refresh/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("half", HALVES)
def test_half_of_a_character_opens_no_socket(half):
    with pytest.raises(InvalidToken):
        authenticate_access_token(half)
