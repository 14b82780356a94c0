"""Registering ahead of somebody, so that they prove their address for one."""

import pytest

from accounts.models import User
from accounts.tests.entry import LOGIN, REGISTER, RESEND, key_in, mails, newcomer, verify
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

DIYA = "diya@example.org"
MALLORYS, DIYAS = "mallory was here", "diya chose this one"


def register(api, password):
    assert api.post(REGISTER, newcomer(email=DIYA, password=password)).status_code == 201


def sign_in(api, password):
    return api.post(LOGIN, {"email": DIYA, "password": password}).status_code


def test_whoever_registered_first_is_not_let_in_by_the_owners_click(api):
    """Diya registers and opens the link in her mail: it came from Mallory's registration."""
    register(api, MALLORYS)
    register(api, DIYAS)
    api.post(RESEND, {"email": DIYA})
    for mail in mails("verify", DIYA):
        assert verify(api, key_in(mail)).status_code == 200
    assert sign_in(api, MALLORYS) == 401
    assert not User.objects.get().has_usable_password()
    assert mails("account_exists", DIYA)  # which leads to a password of her own


def test_whoever_registers_twice_with_one_password_comes_in_by_it(api):
    register(api, DIYAS)
    register(api, DIYAS)
    verify(api, key_in(mails("verify", DIYA)[0]))
    assert sign_in(api, DIYAS) == 200


def test_nobody_takes_the_password_of_whoever_has_proven_the_address(api):
    UserFactory(email=DIYA)
    register(api, MALLORYS)
    assert sign_in(api, PASSWORD) == 200
