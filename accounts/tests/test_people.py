"""The row of a person: one address in one form, one role, and what follows from it."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import Role, User
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_address_is_stored_and_found_in_any_case():
    user = UserFactory(email=" Diya.Patel@Example.ORG ")
    assert user.email == "diya.patel@example.org"
    assert User.objects.get(email="DIYA.PATEL@example.org") == user
    assert User.objects.get_by_natural_key("diya.patel@EXAMPLE.org") == user


def test_two_people_never_share_an_address_in_whatever_case():
    UserFactory(email="diya@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="DIYA@example.org")


def test_the_database_itself_refuses_an_address_in_another_form(student):
    with (
        pytest.raises(IntegrityError, match="user_email_in_lower_case"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE accounts_user SET email = upper(email) WHERE id = %s", [student.pk])


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("role", "owner", "user_role_known"),
        ("track", "data science", "user_track_is_a_code"),
        ("phone", "098765", "user_phone_is_e164"),
    ],
)
def test_the_database_itself_refuses_what_is_no_value(student, column, value, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        User.objects.filter(pk=student.pk).update(**{column: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Diya\nPatel"),
        ("name", "Diya\u202ePatel"),
        ("phone", "+0123456789"),
        ("phone", "12345"),
        ("track", "fsd"),
        ("time_zone", "Asia/Atlantis"),
        ("locale", "xx"),
    ],
)
def test_a_profile_takes_nothing_that_cannot_be_used(student, field, value):
    setattr(student, field, value)
    with pytest.raises(ValidationError) as refused:
        student.full_clean()
    assert set(refused.value.message_dict) == {field}


def test_names_may_be_spelled_with_joiners(student):
    student.name = "ശ്രീ\u200dമതി"
    student.full_clean()


def test_who_runs_the_place_follows_from_the_role():
    staff = {role: User(role=role).is_staff for role in Role}
    assert staff == {
        Role.STUDENT: False,
        Role.TRAINER: False,
        Role.ADMIN: True,
        Role.SUPERADMIN: True,
    }
    with pytest.raises(AttributeError):
        User().is_staff = True


def test_only_a_superadmin_may_delete_people_in_the_admin(student, trainer, admin, superadmin):
    for user, allowed in ((student, 0), (trainer, 0), (admin, 0), (superadmin, 1)):
        assert user.has_perm("accounts.delete_user") is bool(allowed)
    superadmin.is_active = False
    assert not superadmin.has_perm("accounts.delete_user")


@pytest.mark.parametrize("model", ["auditentry", "auditactor", "signin", "signinbrake"])
def test_nobody_writes_by_hand_what_actions_write(superadmin, model):
    assert superadmin.has_perm(f"accounts.view_{model}")
    for verb in ("add", "change", "delete"):
        assert not superadmin.has_perm(f"accounts.{verb}_{model}")


def test_a_password_is_kept_as_argon2id_and_no_cheaper_than_advised(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.ClassroomArgon2"]
    user = UserFactory(password="correct horse battery")
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert user.check_password("correct horse battery")
    assert not user.check_password("correct horse batterz")


def test_the_first_superadmin_is_made_on_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", email="First@Example.org", interactive=False, verbosity=0)
    assert User.objects.get(email="first@example.org").role == Role.SUPERADMIN
