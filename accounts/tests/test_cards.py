"""What accounts shows on the admin's first page."""

from datetime import timedelta

import pytest

from accounts.actions.sign_ins import start_browser_sign_in
from accounts.cards import people_by_role, sign_ins_by_day
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now

pytestmark = pytest.mark.django_db


def test_people_are_counted_by_role_as_long_as_their_account_is_open(student, trainer, admin):
    UserFactory(is_active=False)
    card = people_by_role(now())
    assert card.figure == 3
    assert [(str(bar.label), bar.value) for bar in card.bars] == [
        ("Student", 1),
        ("Trainer", 1),
        ("Admin", 1),
        ("Superadmin", 0),
    ]


def test_sign_ins_are_counted_by_day_for_two_weeks(student):
    at = now()
    for days in (0, 0, 1, 13, 14, 20):
        when = at - timedelta(days=days)
        start_browser_sign_in(student, way="password", caller=Caller(), at=when)
    card = sign_ins_by_day(at)
    assert [bar.value for bar in card.bars] == [1, *[0] * 11, 1, 2]
    assert card.figure == 4
