"""Words of a stranger's choice in mails of ours."""

import pytest

from accounts.models import User
from accounts.tests.entry import LOGIN, REGISTER, RESET, mails, newcomer
from accounts.tests.factories import UserFactory, bearer_of
from core.mail.models import Mail

pytestmark = pytest.mark.django_db

VICTIM = "victim@example.org"
# With spaces that do not break, all of it is one first name.
LURE = "You\xa0won:\xa0claim\xa0it\xa0at\xa0https://evil.example/prize"


@pytest.fixture(params=["mandatory", "optional"])
def lure(request, api, settings):
    settings.EMAIL_VERIFICATION = request.param
    answer = api.post(REGISTER, newcomer(email=VICTIM, name=LURE), format="json")
    assert answer.status_code == 201
    return User.objects.get(email=VICTIM)


def test_whoever_opens_an_account_on_a_strangers_address_writes_nothing_to_them(
    api, lure, settings
):
    api.post(RESET, {"email": VICTIM}, format="json")
    headers = bearer_of(lure)
    move = {"email": "mallory@example.org", "password": newcomer()["password"]}
    api.post("/api/auth/email/change/", move, format="json", headers=headers)
    settings.SIGN_IN_FREE_TRIES = 100
    for _ in range(settings.SIGN_IN_LOCK_AFTER + 1):
        api.post(LOGIN, {"email": VICTIM, "password": "wrong"}, format="json")
    api.delete("/api/users/account/", {}, format="json", headers=headers)
    assert {each.kind.partition(".")[2] for each in Mail.objects.filter(to=VICTIM)} >= {
        *("verify", "reset", "sign_in_locked", "address_change_asked", "closing"),
    }
    for each in Mail.objects.filter(to=VICTIM):
        assert "evil.example" not in each.subject + each.text + each.html, each.kind


def test_whoever_has_proven_their_address_is_called_by_name(api):
    person = UserFactory(name="Diya Patel")
    api.post(RESET, {"email": person.email}, format="json")
    assert "Hello Diya," in mails("reset")[0].text
