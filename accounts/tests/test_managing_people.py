"""Adding, raising, closing and deleting accounts, and the last superadmin."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress

from accounts.actions import people
from accounts.actions.people import (
    activate_user,
    add_user,
    change_email,
    change_role,
    deactivate_user,
    delete_user,
    edit_profile,
)
from accounts.actions.sign_ins import forget_old, start_browser_sign_in
from accounts.errors import EmailTaken, LastSuperadmin
from accounts.models import AuditActor, AuditEntry, Role, SignIn, SignInBrake, User
from accounts.tests.factories import UserFactory
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now
from core.errors import Missing
from core.events.models import Event

DAY = timedelta(days=1)


def by(user):
    return {"by": user, "caller": Caller("192.0.2.7"), "at": now()}


def last_entry():
    return AuditEntry.objects.select_related("actor", "subject").first()


@pytest.mark.django_db
def test_an_account_made_by_staff_is_one_that_staff_vouch_for(admin):
    user = add_user(
        email="New@Example.org",
        password="correct horse battery",
        role=Role.TRAINER,
        name="Ananya Iyer",
        **by(admin),
    )
    assert (user.email, user.role, user.name) == ("new@example.org", "trainer", "Ananya Iyer")
    assert user.check_password("correct horse battery")
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.primary, address.verified) == ("new@example.org", True, True)
    assert (last_entry().action, last_entry().data) == ("accounts.user_added", {"role": "trainer"})
    assert Event.objects.get().payload == {"user_id": user.pk, "role": "trainer"}


@pytest.mark.django_db
def test_an_address_is_taken_once(admin, student):
    with pytest.raises(EmailTaken):
        add_user(email=student.email.upper(), password="x", role=Role.STUDENT, **by(admin))
    with pytest.raises(EmailTaken):
        change_email(admin, email=student.email, **by(admin))
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_changed_address_is_unproven_and_signs_its_owner_out(client_of, student, superadmin):
    client = client_of(student)
    change_email(student, email="New@Example.org", **by(superadmin))
    assert User.objects.get(pk=student.pk).email == "new@example.org"
    assert not EmailAddress.objects.get(user=student).verified
    assert client.get("/dashboard/").status_code == 302


@pytest.mark.django_db
def test_a_profile_edited_by_somebody_else_is_written_down_without_its_values(student, admin):
    edit_profile(student, changes={"name": "Secret Name", "role": "admin"}, **by(admin))
    student.refresh_from_db()
    assert (student.name, student.role) == ("Secret Name", "student")
    assert last_entry().data == {"fields": ["name"]}


@pytest.mark.django_db
def test_a_role_changes_with_a_trace(student, superadmin):
    changed = change_role(student, role=Role.TRAINER, **by(superadmin))
    assert changed.role == Role.TRAINER
    assert last_entry().data == {"old": "student", "new": "trainer"}
    assert (last_entry().actor.user, last_entry().subject.user) == (superadmin, student)
    assert Event.objects.get(name="accounts.role_changed").payload["old_role"] == "student"
    change_role(student, role=Role.TRAINER, **by(superadmin))
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_closing_and_opening_an_account_leaves_traces(student, admin):
    deactivate_user(student, **by(admin))
    deactivate_user(student, **by(admin))
    activate_user(student, **by(admin))
    assert User.objects.get(pk=student.pk).is_active
    names = list(Event.objects.order_by("recorded_at").values_list("name", flat=True))
    assert names == ["accounts.user_deactivated", "accounts.user_activated"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        partial(change_role, role=Role.ADMIN),
        deactivate_user,
        delete_user,
    ],
)
def test_the_last_superadmin_stays(superadmin, act):
    UserFactory(superadmin=True, is_active=False)
    with pytest.raises(LastSuperadmin):
        act(superadmin, **by(superadmin))
    superadmin.refresh_from_db()
    assert (superadmin.role, superadmin.is_active) == (Role.SUPERADMIN, True)
    UserFactory(superadmin=True)
    act(superadmin, **by(superadmin))


@pytest.mark.django_db
def test_a_deleted_person_is_a_former_member_in_what_they_did(client_of, student, superadmin):
    client_of(student)
    email = student.email
    delete_user(student, **by(superadmin))
    assert not User.objects.filter(email=email).exists()
    assert not SignIn.objects.exists()
    assert not AuditActor.objects.filter(email=email).exists()
    assert AuditEntry.objects.filter(action="accounts.signed_in").count() == 1
    assert AuditEntry.objects.filter(action="accounts.user_deleted").count() == 1
    assert Event.objects.filter(name="accounts.user_deleted").count() == 1


@pytest.mark.django_db
def test_whoever_is_gone_cannot_be_changed(student, superadmin):
    gone = User.objects.get(pk=student.pk)
    student.delete()
    with pytest.raises(Missing):
        change_role(gone, role=Role.TRAINER, **by(superadmin))


@pytest.mark.django_db
def test_old_sign_ins_are_forgotten_and_living_ones_kept(student):
    at = now()
    for days, ended in ((0, False), (200, False), (200, True), (10, True)):
        sign_in = start_browser_sign_in(
            student, way="password", caller=Caller(), at=at - days * DAY
        )
        if ended:
            SignIn.objects.filter(pk=sign_in.pk).update(
                ended_at=sign_in.created_at, end_reason=SignIn.End.REVOKED
            )
    SignInBrake.objects.create(key="old", tries=1, first_try_at=at - 2 * DAY)
    SignInBrake.objects.create(key="new", tries=1, first_try_at=at)
    forget_old(at=at)
    assert SignIn.objects.count() == 2
    assert SignInBrake.objects.get().key == "new"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_superadmins_could_demote_each_other(superadmin, monkeypatch):
    take_locks_off(monkeypatch)
    demote_each_other(superadmin, monkeypatch)
    assert User.objects.superadmins().count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_superadmins_who_demote_each_other_one_stays(superadmin, monkeypatch):
    outcomes = demote_each_other(superadmin, monkeypatch)
    assert User.objects.superadmins().count() == 1
    assert sum(isinstance(each, LastSuperadmin) for each in outcomes) == 1


def demote_each_other(superadmin, monkeypatch):
    other = UserFactory(superadmin=True)
    meeting, refuse = Meeting(2), people.refuse_last_superadmin

    def refuse_and_meet(user):
        refuse(user)
        meeting.wait()

    monkeypatch.setattr(people, "refuse_last_superadmin", refuse_and_meet)
    return at_once(
        partial(change_role, other, role=Role.TRAINER, **by(superadmin)),
        partial(change_role, superadmin, role=Role.TRAINER, **by(other)),
    )
