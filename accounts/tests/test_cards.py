"""What accounts shows on the admin's first page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.audit import record_audit
from accounts.actions.impersonation import start_impersonation
from accounts.actions.sign_ins import start_browser_sign_in
from accounts.cards import (
    active_students,
    closings_due_by_day,
    failed_sign_ins_by_day,
    people_by_role,
    sign_ins_by_day,
    sign_ups_by_day,
)
from accounts.models import AccountClosing
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


def test_active_students_count_once_however_often_they_are_signed_in(student, trainer):
    at = now()
    old, gone = UserFactory(), UserFactory()
    for user, days in ((student, 0), (student, 0), (old, 10), (gone, 40), (trainer, 0)):
        when = at - timedelta(days=days, minutes=1)
        start_browser_sign_in(user, way="password", caller=Caller(), at=when)
    card = active_students(at)
    assert card.figure == 1
    assert [bar.value for bar in card.bars] == [1, 1, 2]


def test_staff_in_a_students_name_do_not_make_them_active(student, admin):
    at = now()
    own = start_browser_sign_in(admin, way="password", caller=Caller(), at=at)
    start_impersonation(student, own=own, caller=Caller(), at=at)
    assert active_students(at + timedelta(seconds=1)).figure == 0
    assert sign_ins_by_day(at).figure == 1


def test_what_comes_in_and_what_fails_stands_on_its_day(db):
    at = now()
    for days in (0, 0, 2, 14):
        when = at - timedelta(days=days)
        UserFactory(joined_at=when)
        record_audit("accounts.sign_in_failed", by=None, at=when)
        record_audit("accounts.signed_out", by=None, at=when)
    for card in (sign_ups_by_day(at), failed_sign_ins_by_day(at)):
        assert [bar.value for bar in card.bars] == [*[0] * 11, 1, 0, 2]


def test_accounts_that_close_stand_on_the_days_ahead(student, trainer, admin):
    at = now()
    for user, days, ends in ((student, 0, {}), (trainer, 3, {}), (admin, 3, {"cancelled_at": at})):
        due_at = at + timedelta(days=days)
        AccountClosing.objects.create(user=user, asked_at=at, due_at=due_at, **ends)
    card = closings_due_by_day(at)
    assert [bar.value for bar in card.bars] == [1, 0, 0, 1, *[0] * 10]


def test_the_first_page_asks_as_many_questions_for_many_as_for_few(client_of, superadmin):
    client = client_of(superadmin)
    client.get("/admin/")
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/admin/").status_code == 200
        counted.append(len(queries))
        for _more in range(5):
            user = UserFactory()
            start_browser_sign_in(user, way="password", caller=Caller(), at=now())
            record_audit("accounts.sign_in_failed", by=None, target=user, at=now())
    assert counted[0] == counted[1]
    assert counted[0] <= 20
