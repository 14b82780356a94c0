"""Inviting people: who may, what the link is worth, and what becomes of it."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import invitations
from accounts.actions.invitations import accept_invitation, invite, withdraw_invitation
from accounts.errors import InvitationOver
from accounts.models import AuditEntry, Invitation, Role, SignIn, User
from accounts.tests.entry import INVITE, LOGIN, fields, key_in, link_in, mails, refused
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now

pytestmark = pytest.mark.django_db

HERE = Caller()
ANANYA = "ananya@example.org"
ADMIN_LIST = "/admin/accounts/invitation/"


def ask(**changes):
    return {"email": ANANYA, "role": "trainer", "tracks": ["FSD", "DP"]} | changes


def invited(by, *, at=None, **changes):
    about = {"email": ANANYA, "role": Role.TRAINER, "tracks": ["FSD"]} | changes
    invitation = invite(**about, by=by, caller=HERE, at=at or now())
    return invitation, key_in(mails("invitation")[-1])


def accept(token, **changes):
    body = {"name": "Ananya Iyer", "password": PASSWORD, "accept_terms": "on"} | changes
    client = Client()
    return client, client.post(f"/accounts/invitation/{token}/", body)


def test_an_invited_trainer_chooses_a_password_and_is_in(api_of, admin):
    answer = api_of(admin).post(INVITE, ask(email="Ananya@Example.org"), format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["email"], told["role"], told["tracks"]) == (ANANYA, "trainer", ["DP", "FSD"])
    assert told.keys() == {"id", "email", "role", "tracks", "created_at", "expires_at"}
    [mail] = mails("invitation", ANANYA)
    assert str(admin) in mail.subject

    page = Client().get(link_in(mail))
    assert ANANYA in page.content.decode()
    client, done = accept(key_in(mail))
    assert (done.status_code, done["Location"]) == (302, "/dashboard/")
    assert client.get("/dashboard/").status_code == 200
    user = User.objects.get(email=ANANYA)
    assert (user.role, user.tracks, user.name) == ("trainer", ["DP", "FSD"], "Ananya Iyer")
    assert Invitation.objects.get().user == user
    assert SignIn.objects.get(user=user).way == "invitation"
    assert user.terms_acceptances.count() == 1
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"accounts.invited", "accounts.invitation_accepted"} <= actions


def test_an_invited_student_is_on_their_track(admin):
    _, token = invited(admin, role=Role.STUDENT, tracks=["DP"])
    accept(token)
    user = User.objects.get(email=ANANYA)
    assert (user.role, user.track, user.tracks) == ("student", "DP", [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "x"}, "email"),
        ({"email": ""}, "email"),
        ({"role": "owner"}, "role"),
        ({"role": None}, "role"),
        ({"tracks": ["NOPE"]}, "tracks"),
        ({"tracks": "FSD"}, "tracks"),
        ({"tracks": [7]}, "tracks"),
    ],
)
def test_what_cannot_be_used_is_said_by_field(api_of, admin, changes, field):
    answer = api_of(admin).post(INVITE, ask(**changes), format="json")
    assert (refused(answer), fields(answer)) == ((400, "VALIDATION_ERROR"), {field})


@pytest.mark.parametrize("role", ["student", "trainer"])
def test_only_staff_invite(api, api_of, role):
    person = UserFactory(role=role)
    assert refused(api_of(person).post(INVITE, ask())) == (403, "PERMISSION_DENIED")
    assert refused(api.post(INVITE, ask())) == (401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("role", ["admin", "superadmin"])
def test_only_superadmins_invite_staff(client_of, admin, superadmin, role):
    def post(user):
        return client_of(user).post(INVITE, ask(role=role), content_type="application/json")

    assert refused(post(admin)) == (403, "PERMISSION_DENIED")
    assert post(superadmin).status_code == 201


def test_staff_are_invited_with_a_fresh_proof(client_of, superadmin):
    client = client_of(superadmin)
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    answer = client.post(INVITE, ask(role="admin"), content_type="application/json")
    assert refused(answer) == (403, "REAUTHENTICATION_REQUIRED")
    assert client.post(INVITE, ask(), content_type="application/json").status_code == 201


def test_whoever_has_an_account_is_not_invited(api_of, admin, student):
    answer = api_of(admin).post(INVITE, ask(email=student.email), format="json")
    assert refused(answer) == (409, "EMAIL_TAKEN")


def test_the_table_and_the_log_tell_nobody_how_to_get_in(admin):
    _, token = invited(admin)
    assert token not in str(Invitation.objects.values().get())
    entry = AuditEntry.objects.get(action="accounts.invited")
    assert ANANYA not in f"{entry.target_label} {entry.data}"


# The link


def test_a_link_is_good_once(admin):
    _, token = invited(admin)
    accept(token)
    client, again = accept(token, password="another one altogether")
    assert again.status_code == 410
    assert client.get("/dashboard/").status_code == 302
    assert User.objects.get(email=ANANYA).check_password(PASSWORD)
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 410


def test_a_link_is_good_for_a_week(admin):
    at = now()
    _, token = invited(admin, at=at)
    accept_then = partial(accept_invitation, token, name="Ananya", password=PASSWORD, caller=HERE)
    with pytest.raises(InvitationOver):
        accept_then(at=at + timedelta(days=7))
    assert accept_then(at=at + timedelta(days=6, hours=23)).role == "trainer"


def test_a_newer_link_takes_the_place_of_the_older_one(admin):
    _, first = invited(admin)
    _, second = invited(admin)
    assert accept(first)[1].status_code == 410
    assert accept(second)[1].status_code == 302


def test_a_withdrawn_link_opens_nothing(admin):
    invitation, token = invited(admin)
    withdraw_invitation(invitation, by=admin, caller=HERE, at=now())
    assert accept(token)[1].status_code == 410
    with pytest.raises(InvitationOver):
        withdraw_invitation(invitation, by=admin, caller=HERE, at=now())


@pytest.mark.parametrize("token", ["x", "A" * 43, "../../admin", "%00", "x" * 4000])
def test_a_link_that_we_never_sent_opens_nothing(token):
    assert Client().get(f"/accounts/invitation/{token}/").status_code in {404, 410}


def test_opening_the_link_does_nothing(admin):
    _, token = invited(admin)
    for method in ("get", "head", "options"):
        getattr(Client(), method)(f"/accounts/invitation/{token}/")
    assert accept(token)[1].status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "ananya@example.org"}, "password"),
        ({"accept_terms": ""}, "accept_terms"),
    ],
)
def test_a_form_with_faults_leaves_the_link_good(admin, changes, field):
    _, token = invited(admin)
    _, answer = accept(token, **changes)
    assert (answer.status_code, set(answer.context["form"].errors)) == (200, {field})
    assert accept(token)[1].status_code == 302


def test_nobody_chooses_their_own_role(admin):
    _, token = invited(admin)
    accept(token, role="superadmin", email="other@example.org")
    assert User.objects.get(email=ANANYA).role == "trainer"


def test_an_account_that_somebody_made_on_the_address_becomes_the_invited_ones(api, admin):
    _, token = invited(admin)
    mallory = UserFactory(email=ANANYA, is_proven=False, password="mallory was here")
    accept(token)
    user = User.objects.get(email=ANANYA)
    assert (user.pk, user.role, user.name) == (mallory.pk, "trainer", "Ananya Iyer")
    assert not user.check_password("mallory was here")
    assert api.post(LOGIN, {"email": ANANYA, "password": PASSWORD}).status_code == 200


def test_whoever_joined_meanwhile_keeps_their_account_as_it_is(admin):
    _, token = invited(admin)
    UserFactory(email=ANANYA)
    _, answer = accept(token)
    assert answer.status_code == 409
    assert User.objects.get(email=ANANYA).role == "student"


def accept_twice_at_once(admin, monkeypatch):
    _, token = invited(admin)
    meeting = Meeting(2)
    judge = invitations.judge_password

    def judge_together(*args, **kwargs):
        meeting.wait()
        judge(*args, **kwargs)

    monkeypatch.setattr(invitations, "judge_password", judge_together)
    accept_it = partial(
        accept_invitation, token, name="Ananya", password=PASSWORD, caller=HERE, at=now()
    )
    return at_once(accept_it, accept_it)


@pytest.mark.django_db(transaction=True)
def test_a_link_used_twice_at_once_makes_one_account(admin, monkeypatch):
    outcomes = accept_twice_at_once(admin, monkeypatch)
    assert sum(isinstance(each, User) for each in outcomes) == 1
    assert sum(isinstance(each, InvitationOver) for each in outcomes) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_gets_as_far_as_the_address(admin, monkeypatch):
    take_locks_off(monkeypatch)
    outcomes = accept_twice_at_once(admin, monkeypatch)
    assert not any(isinstance(each, InvitationOver) for each in outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_invite_one_address_at_once_one_link_is_open(admin):
    outcomes = at_once(*[partial(invited, admin)] * 2)
    assert any(isinstance(each, tuple) for each in outcomes)
    assert Invitation.objects.filter(accepted_at=None, revoked_at=None).count() == 1


# In the admin


def test_staff_see_invite_and_withdraw_in_the_admin(client_of, admin):
    client = client_of(admin)
    added = client.post(
        f"{ADMIN_LIST}add/", {"email": "Ananya@example.org", "role": "trainer", "tracks": ["FSD"]}
    )
    assert added.status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.invited_by) == (ANANYA, admin)
    assert len(mails("invitation")) == 1
    assert f"{ANANYA} is invited" in client.get(ADMIN_LIST).content.decode()
    assert client.get(f"{ADMIN_LIST}{invitation.pk}/change/").status_code == 200
    chosen = {"_selected_action": [invitation.pk]}
    client.post(ADMIN_LIST, {"action": "send_again", **chosen})
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None
    newest = Invitation.objects.get(revoked_at=None)
    client.post(ADMIN_LIST, {"action": "withdraw", "_selected_action": [newest.pk]})
    assert not Invitation.objects.filter(revoked_at=None).exists()


def test_an_admin_offers_no_role_in_the_admin_that_they_may_not_give(client_of, admin):
    client = client_of(admin)
    answer = client.post(f"{ADMIN_LIST}add/", {"email": ANANYA, "role": "admin"})
    assert answer.status_code == 200
    assert "role" in answer.context["adminform"].form.errors
    assert not Invitation.objects.exists()


def test_an_admin_does_not_send_again_what_a_superadmin_sent_to_staff(client_of, admin, superadmin):
    invitation, token = invited(superadmin, role=Role.ADMIN, tracks=[])
    client_of(admin).post(ADMIN_LIST, {"action": "send_again", "_selected_action": [invitation.pk]})
    assert len(mails("invitation")) == 1
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 200


def test_whoever_has_an_account_is_not_invited_in_the_admin_either(client_of, admin, student):
    client = client_of(admin)
    answer = client.post(f"{ADMIN_LIST}add/", {"email": student.email, "role": "trainer"})
    assert "email" in answer.context["adminform"].form.errors


def test_the_list_costs_the_same_at_any_length(client_of, admin):
    client = client_of(admin)
    counts = []
    for size in (2, 12):
        for n in range(size):
            invited(admin, email=f"p{size}.{n}@example.org")
        with CaptureQueriesContext(connection) as queries:
            client.get(ADMIN_LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_admins_form_sends_and_saves_nothing(client_of, admin):
    page = client_of(admin).get("/admin/accounts/invitation/add/").content.decode()
    assert "Send the invitation" in page
    assert "Save and" not in page
