"""Ways around who may make whom what, and around the fresh proof that it takes."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.actions import people
from accounts.actions.invitations import accept_invitation, invite
from accounts.errors import EmailTaken, InvitationOver, LastSuperadmin
from accounts.models import ApiKey, AuditEntry, Role, SignIn, User
from accounts.tests.entry import mails, token_of
from accounts.tests.factories import PASSWORD, UserFactory, sign_in_browser
from accounts.tokens import person_signed_in
from core.callers import Caller
from core.clock import now
from core.policies import can

pytestmark = pytest.mark.django_db

HERE = Caller()
MALLORY = "mallory@example.org"


def invited(by, *, email=MALLORY, role=Role.STUDENT):
    invite(email=email, role=role, tracks=[], by=by, caller=HERE, at=now())
    return token_of(mails("invitation", email)[-1])


def accept(token):
    return accept_invitation(token, name="Mallory", password=PASSWORD, caller=HERE, at=now())


def grow_stale(client):
    SignIn.objects.update(proved_at=now() - timedelta(days=1))
    return client


# Invitations


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERADMIN])
def test_an_admin_does_not_lower_staff_by_an_invitation(admin, role):
    """Somebody's address is unproven after it was changed: an invitation takes the account over."""
    waiting = UserFactory(role=role, is_proven=False)
    with pytest.raises(EmailTaken):
        invited(admin, email=waiting.email)
    assert not mails("invitation")


def test_the_admins_page_of_invitations_refuses_it_too(client_of, admin, superadmin):
    people.change_email(superadmin, email="meera@example.org", by=admin, caller=HERE, at=now())
    about = {"email": "meera@example.org", "role": "student"}
    assert client_of(admin).post("/admin/accounts/invitation/add/", about).status_code == 409
    assert not mails("invitation")


def test_the_last_superadmin_is_not_lowered_by_an_invitation(superadmin):
    other = UserFactory(superadmin=True, is_proven=False)
    token = invited(superadmin, email=other.email)
    User.objects.filter(pk=superadmin.pk).update(is_active=False)
    with pytest.raises(LastSuperadmin):
        accept(token)
    other.refresh_from_db()
    assert other.role == Role.SUPERADMIN


def test_what_hangs_on_a_role_ends_with_an_invitation_to_another(superadmin):
    waiting = UserFactory(admin=True, is_proven=False)
    key = ApiKey.objects.create(
        name="x", prefix="apn_12345678", digest="0" * 64, scopes=[], owner=waiting, created_at=now()
    )
    accept(invited(superadmin, email=waiting.email))
    key.refresh_from_db()
    assert key.revoked_at is not None
    entry = AuditEntry.objects.get(action="accounts.role_changed")
    assert (entry.actor.user, entry.data) == (superadmin, {"old": "admin", "new": "student"})


@pytest.mark.parametrize("fall", ["deactivated", "lowered", "deleted"])
def test_whoever_had_to_go_does_not_come_back_by_their_own_invitation(superadmin, fall):
    mallory = UserFactory(superadmin=True)
    token = invited(mallory, role=Role.SUPERADMIN)
    who = {"by": superadmin, "caller": HERE, "at": now()}
    if fall == "deactivated":
        people.deactivate_user(mallory, **who)
    elif fall == "lowered":
        people.change_role(mallory, role=Role.STUDENT, **who)
    else:
        people.delete_user(mallory, **who)
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 410
    with pytest.raises(InvitationOver):
        accept(token)
    assert not User.objects.filter(email=MALLORY).exists()


def test_students_invited_by_somebody_who_left_are_still_welcome(superadmin, admin):
    token = invited(admin)
    people.delete_user(admin, by=superadmin, caller=HERE, at=now())
    assert accept(token).role == Role.STUDENT


# Fresh proofs


def new_person(role):
    return {"email": MALLORY, "password": "zq7 xk22 wv9041 jj", "role": role, "name": "Mallory"}


@pytest.mark.parametrize("role", ["admin", "superadmin"])
def test_a_stale_browser_makes_no_staff(client_of, superadmin, role):
    """With a password that is chosen on the form, it would be a way in that stays."""
    client = grow_stale(client_of(superadmin))
    answer = client.post("/admin/accounts/user/add/", new_person(role))
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not User.objects.filter(email=MALLORY).exists()
    assert "zq7" not in str(dict(client.session))


def test_a_stale_browser_does_add_a_student(client_of, superadmin):
    grow_stale(client_of(superadmin)).post("/admin/accounts/user/add/", new_person("student"))
    assert User.objects.get(email=MALLORY).role == Role.STUDENT


def test_a_stale_browser_moves_nobodys_account_to_another_address(client_of, admin, student):
    was = student.email
    client = grow_stale(client_of(admin))
    page = f"/admin/accounts/user/{student.pk}/change/"
    answer = client.post(page, {"email": MALLORY, "name": "Other"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    student.refresh_from_db()
    assert (student.email, student.name) != (MALLORY, "Other")
    assert student.email == was


# In another's name


def test_a_socket_knows_who_acts_in_anothers_name(client, admin, student):
    sign_in_browser(client, admin)
    client.post(f"/admin/accounts/user/{student.pk}/impersonate/")
    borrowed = SignIn.objects.get(impersonator=admin)
    person = person_signed_in(str(borrowed.sid))
    assert (person, person.impersonator) == (student, admin)
    assert can(student, "accounts.take_own_data")
    assert not can(person, "accounts.take_own_data")
