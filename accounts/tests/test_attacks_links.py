"""Mailed links: where they lead, and what they do not open."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.tests.authenticators import give_app
from accounts.tests.entry import INVITE, LOGIN, MOVE, REGISTER, RESET, link_in, mails, newcomer
from accounts.tests.factories import PASSWORD, UserFactory, bearer_of
from core.mail.models import Mail

EVIL = "evil.example"
STEP = "/accounts/2fa/authenticate/"

pytestmark = pytest.mark.django_db


def test_no_mail_names_the_host_of_a_request(settings, student, admin):
    settings.ALLOWED_HOSTS = ["*"]
    named = {"Host": EVIL, "X-Forwarded-Host": EVIL, "Origin": f"http://{EVIL}"}

    def post(path, user=None, **body):
        headers = named | (bearer_of(user) if user else {})
        return Client(headers=headers).post(path, body, content_type="application/json")

    post(REGISTER, **newcomer())
    post(REGISTER, **newcomer(email=student.email))
    post(RESET, email=student.email)
    post(MOVE, student, email="moved@example.org", password=PASSWORD)
    post(INVITE, admin, email="ananya@example.org", role="student")
    for _ in range(11):
        post(LOGIN, email=student.email, password="not this one")
    kinds = set(Mail.objects.values_list("kind", flat=True))
    assert kinds >= {
        f"accounts.{kind}"
        for kind in (
            *("verify", "account_exists", "reset", "verify_change", "address_change_asked"),
            *("invitation", "sign_in_locked"),
        )
    }
    assert [mail.kind for mail in Mail.objects.all() if EVIL in mail.text + mail.html] == []


@pytest.mark.parametrize("target", ["NaN", "security", "admin:index", "dashboard/", "\u0660"])
def test_what_is_no_address_names_no_page_to_go_on_to(client, student, target):
    """The names of our pages are no addresses, and a name that no page has is no fault."""
    pages = ("/accounts/login/", "/accounts/signup/", "/accounts/login/phone/")
    for page in pages:
        assert client.get(page, {"next": target}).status_code == 200
    form = {"login": student.email, "password": PASSWORD, "next": target}
    assert client.post("/accounts/login/", form)["Location"] == "/dashboard/"
    for page in pages:
        assert client.get(page, {"next": target})["Location"] == "/dashboard/"
    proof = {"password": PASSWORD, "next": target}
    assert client.post("/accounts/reauthenticate/", proof)["Location"] == "/security/"


def test_proving_an_address_is_no_way_around_the_second_factor(client):
    """The browser that began to sign in goes on where it was, and that is not yet inside."""
    user = UserFactory(is_proven=False)
    give_app(user)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/confirm-email/", {"email": user.email})
    client.post(link_in(mails("verify", user.email)[-1]))
    assert EmailAddress.objects.get(user=user).verified
    assert client.get("/dashboard/").status_code == 302
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/dashboard/").status_code == 302
    assert client.get(STEP).status_code == 200
