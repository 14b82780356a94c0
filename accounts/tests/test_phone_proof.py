"""Proving that a phone is one's own, by the API; and that it is nobody else's."""

from datetime import timedelta
from functools import partial

import pytest
from rest_framework.test import APIClient

from accounts.actions import phones
from accounts.actions.phones import prove_phone
from accounts.actions.sign_ins import start_token_sign_in
from accounts.errors import InvalidCode
from accounts.models import AuditEntry, SignIn, User
from accounts.tests.factories import UserFactory
from accounts.tests.phones import (
    HERE,
    OTHER_PHONE,
    PHONE,
    SEND,
    VERIFY,
    ask,
    code_for,
    newest,
    owner_of,
    wrong_code_for,
)
from accounts.tests.races import at_once
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from core.mail.models import Mail

pytestmark = pytest.mark.django_db


def app_of(user, *, at=None) -> APIClient:
    tokens = start_token_sign_in(user, way="password", caller=Caller(), at=at or now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
    return client


def refused(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_code_proves_ones_own_phone(student):
    app = app_of(student)
    assert app.post(SEND, {"phone": PHONE}).status_code == 202
    answer = app.post(VERIFY, {"phone": PHONE, "code": code_for()})
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["phone"]) == (student.pk, PHONE)
    student.refresh_from_db()
    assert student.phone == PHONE
    assert student.phone_verified_at is not None
    entry = AuditEntry.objects.get(action="accounts.phone_proven")
    assert entry.actor.user == entry.subject.user == student
    assert PHONE not in str(entry.data)
    assert Event.objects.get(name="accounts.phone_proven").payload == {"user_id": student.pk}


def test_its_owner_is_told_by_mail(student):
    prove(student)
    mail = Mail.objects.get(kind="accounts.phone_proven")
    assert mail.to == student.email
    assert PHONE[-2:] in mail.text
    assert PHONE not in mail.text


def test_whoever_proved_a_phone_signs_in_with_it(api, student):
    prove(student)
    api.post(SEND, {"phone": PHONE})
    assert api.post(VERIFY, {"phone": PHONE, "code": code_for()}).status_code == 200


def test_proving_it_again_changes_nothing(student):
    prove(student)
    student.refresh_from_db()
    before = student.phone_verified_at
    prove(student)
    student.refresh_from_db()
    assert student.phone_verified_at == before
    assert Mail.objects.count() == 1


def test_another_phone_takes_the_place_of_the_first(student):
    prove(student)
    prove(student, OTHER_PHONE)
    student.refresh_from_db()
    assert student.phone == OTHER_PHONE
    ask(PHONE)
    assert newest().user is None


def test_a_wrong_code_proves_nothing(student):
    ask(user=student)
    with pytest.raises(InvalidCode):
        prove_phone(student, phone=PHONE, digits=wrong_code_for(), caller=HERE, at=now())
    student.refresh_from_db()
    assert student.phone_verified_at is None


def test_somebody_elses_phone_is_refused_and_whose_it_is_stays_untold(student):
    owner = owner_of()
    app = app_of(student)
    assert app.post(SEND, {"phone": PHONE}).status_code == 202
    answer = app.post(VERIFY, {"phone": PHONE, "code": code_for()})
    assert refused(answer) == (409, "PHONE_TAKEN")
    assert answer.json()["error"]["details"] == {}
    assert owner.email not in answer.content.decode()
    student.refresh_from_db()
    assert student.phone == ""


def test_without_the_code_nobody_learns_that_a_phone_is_proven(student):
    owner_of()
    app = app_of(student)
    for phone in (PHONE, OTHER_PHONE):
        assert app.post(SEND, {"phone": phone}).status_code == 202
    said = [
        app.post(VERIFY, {"phone": phone, "code": wrong_code_for(phone)})
        for phone in (PHONE, OTHER_PHONE)
    ]
    assert said[0].status_code == 400
    assert said[0].content == said[1].content


def test_the_code_of_one_person_proves_nothing_for_another(student, trainer):
    ask(user=student)
    with pytest.raises(InvalidCode):
        prove_phone(trainer, phone=PHONE, digits=code_for(), caller=HERE, at=now())


def test_a_code_to_prove_a_phone_signs_nobody_in(api):
    owner = owner_of()
    ask(user=owner)
    assert refused(api.post(VERIFY, {"phone": PHONE, "code": code_for()})) == (400, "INVALID_CODE")


def test_a_code_to_sign_in_proves_no_phone():
    owner = owner_of()
    ask()
    with pytest.raises(InvalidCode):
        prove_phone(owner, phone=PHONE, digits=code_for(), caller=HERE, at=now())


def test_a_stale_session_cannot_open_a_new_way_in(student):
    app = app_of(student)
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    expected = (403, "REAUTHENTICATION_REQUIRED")
    assert refused(app.post(SEND, {"phone": PHONE})) == expected
    assert refused(app.post(VERIFY, {"phone": PHONE, "code": "123456"})) == expected


def test_a_browsers_session_needs_the_pages_own_token(student, client_of):
    client = client_of(student)
    client.handler.enforce_csrf_checks = True
    answer = client.post(SEND, {"phone": PHONE}, content_type="application/json")
    assert answer.status_code == 403


def test_a_token_that_ended_is_no_way_to_sign_in_as_nobody(student, api):
    answer = api.post(SEND, {"phone": PHONE}, headers={"Authorization": "Bearer nonsense"})
    assert refused(answer) == (401, "INVALID_TOKEN")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_prove_one_phone_at_once_one_has_it():
    """Both have shown a code that went to it, one after the other."""
    people = [UserFactory(), UserFactory()]
    outcomes = at_once(
        *(partial(phones._take, person, phone=PHONE, caller=HERE, at=now()) for person in people)
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["PhoneTaken", "User"]
    assert User.objects.filter(phone=PHONE, phone_verified_at__isnull=False).count() == 1


def prove(user, phone=PHONE):
    ask(phone, user=user)
    return prove_phone(user, phone=phone, digits=code_for(phone), caller=HERE, at=now())
