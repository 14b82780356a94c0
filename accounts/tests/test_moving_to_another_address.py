"""Moving to another address: the new one confirms, the old one is told."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from accounts.actions import addresses
from accounts.actions.addresses import ask_for_change, prove_address
from accounts.actions.passwords import change_password
from accounts.errors import EmailTaken
from accounts.models import AuditEntry, User
from accounts.tests.entry import (
    LOGIN,
    MOVE,
    NEW_PASSWORD,
    fields,
    key_in,
    mails,
    refused,
    verify,
)
from accounts.tests.factories import PASSWORD, UserFactory, sign_in_browser
from accounts.tests.races import Meeting, at_once
from core.callers import Caller
from core.clock import now

pytestmark = pytest.mark.django_db

HERE = Caller()
NEW = "diya.new@example.org"


@pytest.fixture
def diya(db):
    return UserFactory(email="diya@example.org")


@pytest.fixture
def app(diya):
    client = APIClient()
    sign_in_browser(client, diya)
    return client


def move(app, email=NEW, password=PASSWORD):
    return app.post(MOVE, {"email": email, "password": password})


def test_the_new_address_confirms_and_the_old_one_is_told(app, api, diya):
    assert move(app).status_code == 202
    diya.refresh_from_db()
    assert diya.email == "diya@example.org"
    [asked] = mails("address_change_asked")
    assert (asked.to, NEW in asked.text) == ("diya@example.org", False)
    [proof] = mails("verify_change")
    assert proof.to == NEW

    answer = verify(api, key_in(proof))
    assert (answer.status_code, answer.json()["email"]) == (200, NEW)
    diya.refresh_from_db()
    assert diya.email == NEW
    address = EmailAddress.objects.get(user=diya)
    assert (address.email, address.verified, address.primary) == (NEW, True, True)
    [told] = mails("address_changed")
    assert told.to == "diya@example.org"
    assert api.post(LOGIN, {"email": NEW, "password": PASSWORD}).status_code == 200
    assert api.post(LOGIN, {"email": "diya@example.org", "password": PASSWORD}).status_code == 401
    assert verify(api, key_in(proof)).status_code == 200
    assert AuditEntry.objects.filter(action="accounts.address_changed").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": NEW, "password": "wrong"}, "password"),
        ({"email": NEW, "password": ""}, "password"),
        ({"email": NEW}, "password"),
        ({"email": "x", "password": PASSWORD}, "email"),
        ({"password": PASSWORD}, "email"),
        ({"email": "DIYA@example.org", "password": PASSWORD}, "email"),
    ],
)
def test_what_keeps_an_address_as_it_is(app, diya, body, field):
    answer = app.post(MOVE, body)
    assert (refused(answer), fields(answer)) == ((400, "VALIDATION_ERROR"), {field})
    assert not mails("verify_change")


def test_whose_the_new_address_is_only_its_owner_learns(app):
    other = UserFactory()
    free, taken = move(app), move(app, other.email)
    assert (free.status_code, free.content) == (taken.status_code, taken.content)
    page = app.get("/accounts/email/").content.decode()
    assert other.email in page
    [told] = mails("address_in_use")
    assert told.to == other.email
    app.post("/accounts/email/", {"again": "1"})
    assert [mail.to for mail in mails("verify_change")] == [NEW]


def test_a_newer_wish_takes_the_place_of_an_older_one(app, api):
    move(app, "first@example.org")
    move(app, "second@example.org")
    first, second = mails("verify_change")
    assert refused(verify(api, key_in(first))) == (410, "GONE")
    assert verify(api, key_in(second)).status_code == 200


def test_a_new_password_stops_the_move_that_somebody_else_asked_for(app, api, diya):
    move(app)
    change_password(diya, password=NEW_PASSWORD, keep=None, caller=HERE, at=now())
    assert refused(verify(api, key_in(mails("verify_change")[0]))) == (410, "GONE")
    diya.refresh_from_db()
    assert diya.email == "diya@example.org"


def test_who_was_faster_with_the_address_keeps_it(app, api, diya):
    move(app)
    UserFactory(email=NEW)
    answer = verify(api, key_in(mails("verify_change")[0]))
    assert refused(answer) == (409, "EMAIL_TAKEN")
    diya.refresh_from_db()
    assert diya.email == "diya@example.org"


def test_an_address_is_moved_by_a_form_of_ours_alone(diya):
    client = APIClient(enforce_csrf_checks=True)
    sign_in_browser(client, diya)
    assert move(client).status_code == 403
    assert not mails("verify_change")


def test_nobody_moves_an_address_of_nobody(api):
    assert refused(api.post(MOVE, {})) == (401, "NOT_AUTHENTICATED")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_to_one_address_at_once_one_has_it(monkeypatch):
    people = UserFactory.create_batch(2)
    for each in people:
        ask_for_change(each, email=NEW, caller=HERE, at=now())
    keys = [key_in(mail) for mail in mails("verify_change")]
    meeting = Meeting(2)
    move_one = addresses._move

    def move_together(*args, **kwargs):
        meeting.wait()
        move_one(*args, **kwargs)

    monkeypatch.setattr(addresses, "_move", move_together)
    outcomes = at_once(*(partial(prove_address, key, caller=HERE, at=now()) for key in keys))
    assert sum(isinstance(each, User) for each in outcomes) == 1
    assert sum(isinstance(each, EmailTaken) for each in outcomes) == 1
    assert EmailAddress.objects.filter(email=NEW, verified=True).count() == 1
