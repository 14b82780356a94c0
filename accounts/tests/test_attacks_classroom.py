"""A classroom shares one address: its number locks nobody out, nor does one of them who guesses."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.tests.entry import LOGIN
from accounts.tests.factories import PASSWORD, UserFactory, bearer_of

CLASSROOM = 40
WRONG = "not this one"

pytestmark = pytest.mark.django_db


def sign_in(user, password=PASSWORD):
    body = {"email": user.email, "password": password}
    return APIClient().post(LOGIN, body, format="json").status_code


def lock(user):
    assert [sign_in(user, WRONG) for _ in range(11)][-1] == 423


def test_a_classroom_behind_one_address_signs_in_all_at_once():
    """A third of them need a second try."""
    people = UserFactory.create_batch(CLASSROOM)
    assert {sign_in(each, WRONG) for each in people[::3]} == {401}
    assert {sign_in(each) for each in people} == {200}


def test_one_who_guesses_locks_nobody_else_of_the_classroom_out(student):
    lock(student)
    assert {sign_in(each) for each in UserFactory.create_batch(5)} == {200}


def test_a_lock_ends_no_sign_in_that_lives(student, client_of):
    browser, app = client_of(student), Client(headers=bearer_of(student))
    lock(student)
    assert browser.get("/dashboard/").status_code == 200
    assert app.get("/api/auth/me/").status_code == 200
