"""The admin: who gets in, what each may do there, and what is written down of it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.actions.sign_ins import start_browser_sign_in
from accounts.models import AuditEntry, Role, SignIn, User
from accounts.tests.factories import PASSWORD, UserFactory
from core.backoffice.base import PlatformAdmin
from core.callers import Caller
from core.clock import now

USERS = "/admin/accounts/user/"
AUDIT = "/admin/accounts/auditentry/"
SIGN_INS = "/admin/accounts/signin/"

pytestmark = pytest.mark.django_db


def page_of(user):
    return f"{USERS}{user.pk}/change/"


def act(client, action, *people, path=USERS, **more):
    body = {"action": action, "_selected_action": [each.pk for each in people], **more}
    return client.post(path, body, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def profile(user, **changes):
    fields = ("email", "name", "phone", "track", "time_zone", "locale")
    return {field: getattr(user, field) for field in fields} | changes


# The door


def test_staff_come_in_and_nobody_else(client, client_of, student, trainer, admin, superadmin):
    assert client.get("/admin/")["Location"] == "/accounts/login/?next=/admin/"
    refused = client_of(student).get("/admin/")
    assert refused.status_code == 403
    assert "Your role does not open this part" in refused.content.decode()
    assert client_of(trainer).get("/admin/").status_code == 403
    assert client_of(admin).get("/admin/").status_code == 200
    assert client_of(superadmin).get("/admin/").status_code == 200


def test_no_address_asks_about_columns_that_nobody_may_read(client_of, admin, superadmin):
    lists = client_of(admin)
    hidden = superadmin.password[:12]

    assert lists.get(f"{USERS}?role__exact=superadmin").context["cl"].result_count == 1
    assert lists.get(f"{USERS}?is_active__exact=1&joined_at__isnull=False").status_code == 200
    assert lists.get(f"{USERS}?password__startswith={hidden}").status_code == 400
    assert lists.get(f"{SIGN_INS}?password_stamp__startswith=a").status_code == 400
    assert lists.get("/admin/core/mail/?text__contains=reset").status_code == 400


def test_the_admins_own_sign_in_leads_to_ours(client):
    there = "/accounts/login/?next=/admin/accounts/user/"
    assert client.get("/admin/login/?next=/admin/accounts/user/")["Location"] == there
    assert client.post("/admin/login/", {"username": "x", "password": "x"})["Location"] == (
        "/accounts/login/?next=/admin/"
    )


def test_the_admin_is_no_way_around_a_safe_next(client, admin):
    there = client.get("/admin/login/?next=//evil.example/")["Location"]
    assert there.startswith("/accounts/login/?next=")
    answer = client.post(there, {"login": admin.email, "password": PASSWORD})
    assert answer["Location"] == "/dashboard/"


@pytest.mark.parametrize("path", ["password_change/", "password_change/done/"])
def test_passwords_are_not_changed_by_a_back_door(client_of, admin, path):
    assert client_of(admin).get(f"/admin/{path}").status_code == 404


def test_signing_out_of_the_admin_ends_the_sign_in(client_of, admin):
    client = client_of(admin)
    answer = client.post("/admin/logout/", follow=True)
    assert answer.status_code == 200
    assert SignIn.objects.get().end_reason == SignIn.End.SIGNED_OUT
    assert client.get("/admin/").status_code == 302


def test_only_models_of_ours_stand_in_the_admin():
    """With allauth's addresses, an admin could make a superadmin's account their own."""
    assert not django_admin.site.is_registered(EmailAddress)
    for model, model_admin in django_admin.site._registry.items():
        assert isinstance(model_admin, PlatformAdmin), model


def test_the_first_page_shows_figures(client_of, superadmin, student):
    page = client_of(superadmin).get("/admin/").content.decode()
    for title in ("People", "Active students", "Sign-ups", "Sign-ins", "Jobs that failed"):
        assert re.search(rf"<h2>\s*<a href=\"/admin/[^\"]+\">{title}</a>", page), title
    cards = page[page.index('<div class="figures">') : page.rindex("</details>")]
    assert "<rect" in cards
    assert not re.search(r"\sstyle=|<script|<style|\son\w+=", cards)


# People


def test_people_are_found_and_filtered(client_of, admin):
    UserFactory(email="diya@example.org", name="Diya Patel", track="FSD")
    UserFactory(trainer=True, email="ananya@example.org", is_active=False)
    client = client_of(admin)

    def shown(query):
        page = client.get(USERS, query).content.decode()
        return {who for who in ("diya", "ananya") if f"{who}@example.org" in page}

    assert shown({"q": "DIYA@"}) == {"diya"}
    assert shown({"q": "patel"}) == {"diya"}
    assert shown({"role__exact": "trainer"}) == {"ananya"}
    assert shown({"is_active__exact": "0"}) == {"ananya"}
    assert shown({"track": "FSD"}) == {"diya"}


def test_an_account_is_added_with_a_password_that_is_good_enough(client_of, admin):
    client = client_of(admin)
    new = {
        "email": "New@Example.org",
        "name": "Kabir Singh",
        "role": "trainer",
        "track": "",
        "phone": "+91 98765 43210",
        "time_zone": "",
        "locale": "",
    }
    weak = client.post(f"{USERS}add/", {**new, "password": "kabir singh"})
    assert weak.status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()
    added = client.post(f"{USERS}add/", {**new, "password": "a quite different one"})
    user = User.objects.get(email="new@example.org")
    assert added["Location"] == USERS
    assert (user.role, user.phone) == (Role.TRAINER, "+919876543210")
    assert Client().post(
        "/accounts/login/", {"login": "new@example.org", "password": "a quite different one"}
    )["Location"]
    entry = AuditEntry.objects.get(action="accounts.user_added")
    assert (entry.actor.user, entry.subject.user) == (admin, user)


@pytest.mark.parametrize(("who", "made"), [("admin", False), ("superadmin", True)])
@pytest.mark.parametrize("role", ["admin", "superadmin"])
def test_only_a_superadmin_makes_staff(client_of, request, who, made, role):
    client = client_of(request.getfixturevalue(who))
    body = {"email": "new@example.org", "name": "N", "role": role, "password": "a quite long one"}
    client.post(f"{USERS}add/", body)
    assert User.objects.filter(email="new@example.org").exists() is made


def test_a_profile_is_edited_and_nothing_else(client_of, admin, student):
    body = profile(student, name="Another Name", role="superadmin", is_active="", password="x")
    answer = client_of(admin).post(page_of(student), body)
    assert answer["Location"] == USERS
    before = student.password
    student.refresh_from_db()
    assert (student.name, student.role, student.is_active) == ("Another Name", "student", True)
    assert student.password == before
    entry = AuditEntry.objects.get(action="accounts.user_edited")
    assert (entry.data, entry.actor.user) == ({"fields": ["name"]}, admin)
    assert not LogEntry.objects.exists()


def test_an_address_in_use_is_refused_in_whatever_case(client_of, admin, student):
    body = profile(student, email=admin.email.upper())
    answer = client_of(admin).post(page_of(student), body)
    assert "uses this address already" in answer.content.decode()


def test_a_new_address_for_a_student_signs_them_out(client_of, admin, student):
    theirs = client_of(student)
    client_of(admin).post(page_of(student), profile(student, email="new@example.org"))
    assert User.objects.get(pk=student.pk).email == "new@example.org"
    assert theirs.get("/dashboard/").status_code == 302


@pytest.mark.parametrize("target", ["superadmin", "other_admin", "admin"])
def test_an_admin_takes_over_no_account_of_staff_by_its_address(
    client_of, admin, superadmin, target
):
    people = {"superadmin": superadmin, "other_admin": UserFactory(admin=True), "admin": admin}
    user = people[target]
    body = profile(user, email="mine@example.org", phone="+919876543210", name="Renamed")
    assert client_of(admin).post(page_of(user), body).status_code == 302
    after = User.objects.get(pk=user.pk)
    assert (after.email, after.phone, after.name) == (user.email, user.phone, "Renamed")


def test_closing_and_opening_accounts(client_of, admin, student):
    theirs, mine = client_of(student), client_of(admin)
    assert said(act(mine, "deactivate", student)) == ["Done for 1 user."]
    assert theirs.get("/dashboard/").status_code == 302
    assert not User.objects.get(pk=student.pk).is_active
    act(mine, "activate", student)
    assert User.objects.get(pk=student.pk).is_active


@pytest.mark.parametrize("action", ["deactivate", "change_role"])
def test_an_admin_has_no_power_over_staff_or_themselves(client_of, admin, superadmin, action):
    other = UserFactory(admin=True)
    answer = act(
        client_of(admin), action, superadmin, other, admin, confirmed="yes", role="student"
    )
    assert len(said(answer)) == 3
    assert all("not do it" in each for each in said(answer))
    for user in (superadmin, other, admin):
        after = User.objects.get(pk=user.pk)
        assert (after.is_active, after.role) == (True, user.role)


def test_changing_a_role_asks_first(client_of, superadmin, student):
    client = client_of(superadmin)
    asked = act(client, "change_role", student).content.decode()
    assert student.email in asked
    assert User.objects.get(pk=student.pk).role == Role.STUDENT
    act(client, "change_role", student, confirmed="yes", role="trainer")
    assert User.objects.get(pk=student.pk).role == Role.TRAINER
    entry = AuditEntry.objects.get(action="accounts.role_changed")
    assert entry.data == {"old": "student", "new": "trainer"}


def test_an_admin_cannot_give_what_an_admin_may_not_give(client_of, admin, student):
    client = client_of(admin)
    asked = act(client, "change_role", student).content.decode()
    assert 'value="trainer"' in asked
    assert 'value="superadmin"' not in asked
    act(client, "change_role", student, confirmed="yes", role="superadmin")
    assert User.objects.get(pk=student.pk).role == Role.STUDENT


def test_the_last_superadmin_can_neither_be_closed_nor_lowered(client_of, superadmin):
    client = client_of(superadmin)
    act(client, "deactivate", superadmin)
    act(client, "change_role", superadmin, confirmed="yes", role="student")
    superadmin.refresh_from_db()
    assert (superadmin.is_active, superadmin.role) == (True, Role.SUPERADMIN)


def test_only_a_superadmin_deletes_and_never_themselves(client_of, admin, superadmin, student):
    assert client_of(admin).post(f"{USERS}{student.pk}/delete/", {"post": "yes"}).status_code == 403
    act(client_of(admin), "delete_selected", student, post="yes")
    client = client_of(superadmin)
    own = client.post(f"{USERS}{superadmin.pk}/delete/", {"post": "yes"})
    assert own.status_code == 403
    act(client, "delete_selected", superadmin, post="yes")
    assert User.objects.filter(pk__in=[student.pk, superadmin.pk]).count() == 2
    asked = client.get(f"{USERS}{student.pk}/delete/").content.decode()
    assert student.email in asked
    both = act(client, "delete_selected", student, UserFactory()).content.decode()
    for page in (asked, both):
        assert "Every way to sign in" in page
        assert "as by a former member" in page
    client.post(f"{USERS}{student.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=student.pk).exists()
    assert AuditEntry.objects.filter(action="accounts.user_deleted").count() == 1


def test_several_are_deleted_at_once_each_with_a_trace(client_of, superadmin):
    people = [UserFactory() for _ in range(3)]
    act(client_of(superadmin), "delete_selected", *people, post="yes")
    assert AuditEntry.objects.filter(action="accounts.user_deleted").count() == 3


def test_too_many_at_once_are_refused(client_of, superadmin, monkeypatch):
    monkeypatch.setattr("core.backoffice.base.MOST_AT_ONCE", 2)
    answer = act(client_of(superadmin), "deactivate", *[UserFactory() for _ in range(3)])
    assert "at most 2" in said(answer)[0]
    assert not User.objects.filter(is_active=False).exists()


def test_the_history_of_a_person_comes_from_the_audit_log(client_of, superadmin, student):
    client = client_of(superadmin)
    act(client, "change_role", student, confirmed="yes", role="trainer")
    page = client.get(f"{USERS}{student.pk}/history/").content.decode()
    assert "accounts.role_changed" in page
    assert superadmin.email in page


# Sign-ins


def test_staff_sign_somebody_out_of_a_device(client_of, admin, student):
    theirs = client_of(student)
    one = SignIn.objects.get(user=student)
    act(client_of(admin), "end", one, path=SIGN_INS)
    assert theirs.get("/dashboard/").status_code == 302
    one.refresh_from_db()
    assert one.end_reason == SignIn.End.REVOKED
    entry = AuditEntry.objects.get(action="accounts.sign_in_ended")
    assert (entry.actor.user, entry.subject.user) == (admin, student)


def test_an_admin_does_not_sign_a_superadmin_out(client_of, admin, superadmin):
    theirs = client_of(superadmin)
    act(client_of(admin), "end", SignIn.objects.get(user=superadmin), path=SIGN_INS)
    assert theirs.get("/dashboard/").status_code == 200


def test_a_sign_in_shows_no_secret_of_it(client_of, admin, student, api):
    api.post("/api/auth/login/", {"email": student.email, "password": PASSWORD})
    one = SignIn.objects.get()
    page = client_of(admin).get(f"{SIGN_INS}{one.pk}/change/").content.decode()
    for secret in (one.jti, one.sid, one.password_stamp):
        assert str(secret) not in page


def test_sign_ins_are_filtered_by_whether_they_live(client_of, admin, student):
    over = start_browser_sign_in(student, way="password", caller=Caller(user_agent="Old"), at=now())
    SignIn.objects.filter(pk=over.pk).update(ended_at=now(), end_reason=SignIn.End.REVOKED)
    client = client_of(admin)
    assert "Old" in client.get(SIGN_INS, {"state": "over"}).content.decode()
    assert "Old" not in client.get(SIGN_INS, {"state": "living"}).content.decode()


# The audit log


def test_the_audit_log_is_searched_by_person_action_and_id(client_of, superadmin, student):
    client = client_of(superadmin)
    act(client, "change_role", student, confirmed="yes", role="trainer")
    request_id = AuditEntry.objects.get(action="accounts.role_changed").request_id

    def found(**query):
        return "accounts.role_changed" in client.get(AUDIT, query).content.decode()

    assert found(q=student.email.upper())
    assert found(q="accounts.role")
    assert found(q=request_id)
    assert found(what="access")
    assert not found(q="nobody@example.org")
    assert not found(what="sign-ins")


@pytest.mark.parametrize("who", ["admin", "superadmin"])
def test_the_audit_log_is_read_only(client_of, request, who):
    client = client_of(request.getfixturevalue(who))
    entry = AuditEntry.objects.get()
    assert client.get(f"{AUDIT}{entry.pk}/change/").status_code == 200
    assert client.get(f"{AUDIT}add/").status_code == 403
    assert client.get(f"{AUDIT}{entry.pk}/delete/").status_code == 403
    assert client.post(f"{AUDIT}{entry.pk}/change/", {"action": "x"}).status_code == 403
    act(client, "delete_selected", entry, path=AUDIT, post="yes")
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


# Every list


@pytest.mark.parametrize("path", [USERS, SIGN_INS, AUDIT])
def test_lists_ask_as_many_questions_for_many_as_for_few(
    client_of, superadmin, path, django_assert_max_num_queries
):
    client = client_of(superadmin)
    counted = []
    for size in (3, 30):
        for _ in range(size):
            start_browser_sign_in(UserFactory(), way="password", caller=Caller(), at=now())
        with django_assert_max_num_queries(12) as queries:
            assert client.get(path).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
