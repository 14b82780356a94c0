"""What the tests of joining, of addresses and of passwords have in common."""

import re

from django.contrib.auth.hashers import get_hasher
from django.urls import reverse

from core.mail.models import Mail

REGISTER = "/api/auth/register/"
RESEND = "/api/auth/verify-email/resend/"
RESET = "/api/auth/password/reset/"
CONFIRM = "/api/auth/password/reset/confirm/"
CHANGE = "/api/auth/password/change/"
MOVE = "/api/auth/email/change/"
INVITE = "/api/users/invite/"
LOGIN = "/api/auth/login/"

SIGN_UP_PAGE = "/accounts/signup/"
SENT_PAGE = "/accounts/confirm-email/"
# Shares few letters with whatever name a factory thinks of: likeness is judged by those.
NEW_PASSWORD = "zq7 xk22 wv9041 jj"


def newcomer(**changes):
    return {
        "email": "diya@example.org",
        "password": "correct horse battery",
        "name": "Diya Patel",
        "accept_terms": True,
    } | changes


def mails(kind, to=None):
    found = Mail.objects.filter(kind=f"accounts.{kind}").order_by("created_at")
    return list(found.filter(to=to) if to else found)


def link_in(mail):
    """The path of the link of its button."""
    found = re.search(r"^[A-Z][^.\n]*: http://[^/]+(/\S+)$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]


def key_in(mail):
    return link_in(mail).rstrip("/").rpartition("/")[2]


def reset_in(mail):
    uid, _, token = key_in(mail).partition("-")
    return {"uid": uid, "token": token}


def token_of(invitation_mail):
    return key_in(invitation_mail)


def verify(api, key):
    return api.get(reverse("auth-verify-email", args=[key]))


def refused(answer):
    return answer.status_code, answer.json()["error"]["code"]


def fields(answer):
    return set(answer.json()["error"]["details"])


def count_hashes(monkeypatch):
    """A list that grows by one with each password that is hashed."""
    hashed, hasher = [], type(get_hasher())
    encode = hasher.encode

    def encode_and_count(*args, **kwargs):
        hashed.append(1)
        return encode(*args, **kwargs)

    monkeypatch.setattr(hasher, "encode", encode_and_count)
    return hashed
