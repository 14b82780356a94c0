"""Addresses that no program can take apart: a refusal, and no fault of ours."""

from datetime import timedelta

import pytest

from accounts.models import SignIn
from core.clock import now
from core.live.origins import is_allowed

pytestmark = pytest.mark.django_db

BROKEN = "http://["


@pytest.mark.parametrize("provider", ["google", "github", "apple"])
def test_a_redirect_uri_that_is_none_is_not_ours(api, provider):
    answer = api.post(f"/api/auth/{provider}/", {"code": "x", "redirect_uri": BROKEN})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"redirect_uri"}


def test_a_page_that_is_none_opens_no_socket():
    assert not is_allowed(origin=BROKEN, host="localhost")


def test_whoever_comes_from_nowhere_proves_who_they_are_all_the_same(client_of, student):
    client = client_of(student)
    SignIn.objects.update(proved_at=now() - timedelta(days=1))
    answer = client.post("/profile/closing/", headers={"Referer": BROKEN})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/reauthenticate/")
