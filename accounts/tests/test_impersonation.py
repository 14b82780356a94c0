"""Staff in somebody else's name: how they get in, what stays shut, how it shows, how it ends."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts import impersonation
from accounts.actions.audit import record_audit
from accounts.actions.impersonation import start_impersonation
from accounts.actions.people import change_role, deactivate_user
from accounts.actions.sign_ins import end_every_sign_in, start_token_sign_in
from accounts.models import AuditEntry, Role, SignIn, User
from accounts.tests.factories import PASSWORD, UserFactory, sign_in_browser
from core import logs, policies, requests
from core.backoffice.kept import keep_and_ask_for_proof
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from core.policies import policy
from core.registries import dashboard_cards

HERE = Caller()
OUT = "/accounts/impersonation/end/"
BANNER = "impersonation-banner"

pytestmark = pytest.mark.django_db


def door_of(user):
    return f"/admin/accounts/user/{user.pk}/impersonate/"


def acting(client, staff, person):
    sign_in_browser(client, staff)
    answer = client.post(door_of(person))
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")
    return SignIn.objects.get(impersonator=staff, ended_at=None)


def whom(client):
    """Whose name the browser bears, by its own word."""
    answer = client.get("/api/auth/me/")
    return answer.json()["email"] if answer.status_code == 200 else None


def give_new_password(user, _boss):
    user.set_password("another horse battery")
    user.save()


@pytest.fixture
def in_person():
    """A policy as a higher floor declares it."""

    @policy("tests.sit_exam", in_person=True)
    def sit_exam(user, obj):
        """Sit an exam"""
        return True

    yield "tests.sit_exam"
    del policies._policies["tests.sit_exam"]


# Getting in


def test_an_admin_acts_as_a_student_and_steps_out_without_signing_in_again(client, admin, student):
    acting(client, admin, student)
    assert whom(client) == student.email
    answer = client.post(OUT)
    assert answer["Location"] == f"/admin/accounts/user/{student.pk}/change/"
    assert whom(client) == admin.email
    assert client.get("/admin/").status_code == 200
    assert SignIn.objects.filter(user=admin).count() == 1


@pytest.mark.parametrize(
    ("staff", "person", "may"),
    [
        (Role.ADMIN, Role.STUDENT, True),
        (Role.ADMIN, Role.TRAINER, True),
        (Role.ADMIN, Role.ADMIN, False),
        (Role.ADMIN, Role.SUPERADMIN, False),
        (Role.SUPERADMIN, Role.STUDENT, True),
        (Role.SUPERADMIN, Role.ADMIN, True),
        (Role.SUPERADMIN, Role.SUPERADMIN, False),
        (Role.TRAINER, Role.STUDENT, False),
        (Role.STUDENT, Role.STUDENT, False),
    ],
)
def test_who_acts_as_whom(client, staff, person, may):
    asker, person = UserFactory(role=staff), UserFactory(role=person)
    sign_in_browser(client, asker)
    answer = client.post(door_of(person))
    assert answer.status_code == (302 if may else 403)
    assert whom(client) == (person if may else asker).email
    assert SignIn.objects.filter(impersonator=asker).exists() is may


def test_nobody_acts_as_themselves_or_as_somebody_whose_account_is_closed(client, superadmin):
    sign_in_browser(client, superadmin)
    assert client.post(door_of(superadmin)).status_code == 403
    assert client.post(door_of(UserFactory(is_active=False))).status_code == 403
    assert client.post("/admin/accounts/user/999999/impersonate/").status_code == 404


def test_a_try_at_somebody_above_oneself_is_written_down(client, admin, superadmin):
    sign_in_browser(client, admin)
    client.post(door_of(superadmin))
    entry = AuditEntry.objects.get(action="accounts.escalation_refused")
    assert (entry.actor.user, entry.subject.user) == (admin, superadmin)


def test_it_begins_by_post_alone_and_never_without_the_pages_own_token(admin, student):
    client = Client(enforce_csrf_checks=True)
    sign_in_browser(client, admin)
    assert client.get(door_of(student)).status_code == 405
    assert client.post(door_of(student)).status_code == 403
    assert whom(client) == admin.email


def test_a_stale_sign_in_is_asked_for_proof_first_and_then_goes_on_by_one_click(
    client, admin, student
):
    own = sign_in_browser(client, admin)
    SignIn.objects.filter(pk=own.pk).update(proved_at=now() - timedelta(hours=1))
    answer = client.post(door_of(student))
    assert answer["Location"] == "/accounts/reauthenticate/?next=/admin/again/"
    assert whom(client) == admin.email
    SignIn.objects.filter(pk=own.pk).update(proved_at=now())
    page = client.get("/admin/again/").content.decode()
    assert f'action="{door_of(student)}"' in page
    assert whom(client) == admin.email
    client.post(door_of(student))
    assert whom(client) == student.email


def test_the_list_of_people_offers_it_for_one_at_a_time(client, admin, student, trainer):
    sign_in_browser(client, admin)
    body = {"action": "impersonate_chosen", "_selected_action": [student.pk, trainer.pk]}
    assert "two people" in client.post("/admin/accounts/user/", body, follow=True).content.decode()
    client.post("/admin/accounts/user/", {**body, "_selected_action": [student.pk]})
    assert whom(client) == student.email


def test_the_button_stands_on_the_pages_of_those_whom_one_may_act_as(
    client, admin, student, superadmin
):
    sign_in_browser(client, admin)
    page = "/admin/accounts/user/{}/change/"
    assert door_of(student) in client.get(page.format(student.pk)).content.decode()
    assert door_of(superadmin) not in client.get(page.format(superadmin.pk)).content.decode()


def test_tokens_and_the_api_never_lead_into_anothers_name(client, api, admin, student):
    tokens = start_token_sign_in(admin, way="password", caller=HERE, at=now())
    bearer = {"Authorization": f"Bearer {tokens.access}"}
    assert api.post(door_of(student), headers=bearer).status_code == 302
    assert not SignIn.objects.filter(impersonator=admin).exists()
    acting(client, admin, student)
    credentials = {"email": student.email, "password": PASSWORD}
    answer = client.post("/api/auth/login/", credentials, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "IN_PERSON_ONLY")


@pytest.mark.parametrize("lack", ["behind", "impersonator", "browser"])
def test_the_database_takes_no_borrowed_name_without_its_origin(admin, student, lack):
    own = sign_in_browser(Client(), admin)
    borrowed = start_impersonation(student, own=own, caller=HERE, at=now())
    wrong = {"kind": "tokens", "jti": uuid4()} if lack == "browser" else {lack: None}
    with pytest.raises(IntegrityError), transaction.atomic():
        SignIn.objects.filter(pk=borrowed.pk).update(**wrong)


# What stays shut


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/auth/password/change/"),
        ("post", "/api/auth/email/change/"),
        ("patch", "/api/auth/me/"),
        ("put", "/api/users/profile/"),
        ("post", "/api/auth/phone-otp/verify/"),
        ("get", "/api/auth/mfa/totp/"),
        ("post", "/api/auth/mfa/totp/"),
        ("post", "/api/auth/mfa/recovery-codes/"),
        ("post", "/api/auth/passkeys/register/begin/"),
        ("get", "/api/auth/api-keys/"),
        ("post", "/api/auth/api-keys/"),
        ("post", "/api/users/account/export/"),
        ("delete", "/api/users/account/"),
        ("delete", "/api/auth/sessions/0b5f1f3e-6c0b-4b57-9c8e-0a5a3f0c1c11/"),
        ("post", "/accounts/password/change/"),
        ("get", "/accounts/reauthenticate/"),
        ("post", "/accounts/reauthenticate/"),
        ("get", "/accounts/2fa/totp/activate/"),
        ("get", "/accounts/2fa/recovery-codes/generate/"),
        ("get", "/security/api-keys/"),
        ("get", "/admin/"),
        ("get", "/admin/accounts/user/"),
        ("post", "/admin/accounts/user/1/impersonate/"),
    ],
)
def test_what_is_theirs_alone_is_refused_even_to_a_superadmin_as_an_admin(
    client, superadmin, admin, method, path
):
    acting(client, superadmin, admin)
    answer = getattr(client, method)(path, content_type="application/json")
    if answer.status_code == 404:
        pytest.skip("there is no such address yet")
    assert answer.status_code == 403
    if path.startswith("/api/"):
        assert answer.json()["error"]["code"] == "IN_PERSON_ONLY"
    else:
        assert BANNER in answer.content.decode()


def test_a_header_does_not_talk_the_guard_out_of_the_cookie(client, admin, student):
    acting(client, admin, student)
    for header in ("Basic eDp5", "Bearer x", "Nonsense"):
        answer = client.patch(
            "/api/auth/me/",
            {"phone": "+919876543210"},
            content_type="application/json",
            headers={"Authorization": header},
        )
        assert answer.status_code == 403
    student.refresh_from_db()
    assert student.phone == ""


def test_a_policy_that_is_in_person_refuses_whoever_acts_in_anothers_name(
    rf, admin, student, in_person
):
    assert policies.can(student, in_person)
    student.impersonator = admin
    assert not policies.can(student, in_person)
    with pytest.raises(policies.InPersonOnly):
        policies.demand(student, in_person)


def test_every_view_of_accounts_stands_behind_the_guard():
    """A view that hides where it comes from would be open without a word."""
    outside = [
        str(pattern.pattern)
        for module in ("accounts.urls", "accounts.api.urls")
        for pattern in patterns_of(get_resolver(module).url_patterns)
        if not pattern.callback.__module__.startswith(impersonation.GUARDED_APPS)
    ]
    assert not outside


def test_every_name_in_the_list_of_what_is_open_is_there():
    names = {
        pattern.name
        for module in ("accounts.urls", "accounts.api.urls")
        for pattern in patterns_of(get_resolver(module).url_patterns)
    }
    assert set(impersonation.OPEN) <= names


def patterns_of(patterns):
    for each in patterns:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from patterns_of(each.url_patterns)


# How it shows


@pytest.mark.parametrize(
    "path",
    ["/", "/dashboard/", "/security/", "/admin/", "/no-such-page/", "/api/docs/", "/api/redoc/"],
)
def test_the_banner_stands_on_every_page_and_nowhere_else(client, admin, student, path):
    sign_in_browser(client, admin)
    assert BANNER not in client.get(path).content.decode()
    client.post(door_of(student))
    page = client.get(path).content.decode()
    assert BANNER in page
    assert student.email in page
    form = page[page.index(BANNER) : page.index("</form>", page.index(BANNER))]
    assert OUT in form
    assert "csrfmiddlewaretoken" in form


def test_the_way_out_on_a_page_that_was_refused_works(admin, student):
    client = Client(enforce_csrf_checks=True)
    sign_in_browser(client, admin)
    page = client.get(f"/admin/accounts/user/{student.pk}/change/").content.decode()
    client.post(door_of(student), {"csrfmiddlewaretoken": token_in(page)})
    refused = client.get("/admin/").content.decode()
    assert client.post(OUT, {"csrfmiddlewaretoken": token_in(refused)}).status_code == 302
    assert whom(client) == admin.email


def test_a_form_of_the_admins_other_tab_cannot_be_sent_as_the_student(admin, student):
    client = Client(enforce_csrf_checks=True)
    sign_in_browser(client, admin)
    old = token_in(client.get(f"/admin/accounts/user/{student.pk}/change/").content.decode())
    client.post(door_of(student), {"csrfmiddlewaretoken": old})
    client.get("/dashboard/")
    assert client.post(OUT, {"csrfmiddlewaretoken": old}).status_code == 403


def token_in(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def test_every_audit_entry_meanwhile_names_who_acts(client, admin, student):
    acting(client, admin, student)
    client.post("/accounts/logout/")
    started = AuditEntry.objects.get(action="accounts.impersonation_started")
    assert (started.actor.user, started.impersonator, started.subject.user) == (
        admin,
        None,
        student,
    )
    later = AuditEntry.objects.filter(pk__gt=started.pk, actor__user=student)
    assert {entry.impersonator.user for entry in later} <= {admin}


def test_an_entry_by_a_row_that_was_loaded_anew_names_who_acts_too(
    client, admin, student, monkeypatch
):
    seen = []

    def look(user, at):
        again = User.objects.get(pk=user.pk)
        seen.append(record_audit("tests.looked", by=again, at=at))

    card = dashboard_cards["accounts profile"]
    monkeypatch.setitem(dashboard_cards._entries, "accounts profile", replace(card, fill=look))
    acting(client, admin, student)
    client.get("/dashboard/")
    assert [(each.actor.user, each.impersonator.user) for each in seen] == [(student, admin)]


def test_every_log_line_meanwhile_names_who_acts(client, admin, student, monkeypatch):
    acting(client, admin, student)
    lines = []

    def keep(level, event, **facts):
        lines.append(logs._add_user(None, "", facts))

    monkeypatch.setattr(requests.access, "log", keep)
    client.get("/dashboard/")
    assert [(line["user_id"], line["impersonator_id"]) for line in lines] == [
        (student.pk, admin.pk)
    ]


def test_the_person_sees_it_among_their_sign_ins(client, api, admin, student):
    acting(client, admin, student)
    tokens = start_token_sign_in(student, way="password", caller=HERE, at=now())
    bearer = {"Authorization": f"Bearer {tokens.access}"}
    rows = api.get("/api/auth/sessions/", headers=bearer).json()["results"]
    assert sorted((row["impersonated_by"] or "") for row in rows) == ["", str(admin)]


def test_the_person_may_put_an_end_to_it(client, api, admin, student):
    borrowed = acting(client, admin, student)
    tokens = start_token_sign_in(student, way="password", caller=HERE, at=now())
    bearer = {"Authorization": f"Bearer {tokens.access}"}
    assert api.delete(f"/api/auth/sessions/{borrowed.sid}/", headers=bearer).status_code == 204
    assert whom(client) in (None, admin.email)
    assert whom(client) == admin.email


def test_it_is_no_sign_in_of_theirs(client, admin, student):
    borrowed = acting(client, admin, student)
    assert borrowed.proved_at is None
    assert not Event.objects.filter(
        name="accounts.user_signed_in", payload__user_id=student.pk
    ).exists()


# How it ends


def test_its_time_is_short_and_what_comes_after_is_not_done_by_anybody(client, admin, student):
    borrowed = acting(client, admin, student)
    minutes = (borrowed.expires_at - borrowed.created_at) / timedelta(minutes=1)
    assert minutes == settings.IMPERSONATION_MINUTES
    SignIn.objects.filter(pk=borrowed.pk).update(expires_at=now())
    assert client.get("/api/auth/me/").status_code == 401
    assert whom(client) == admin.email
    borrowed.refresh_from_db()
    assert borrowed.end_reason == SignIn.End.STEPPED_OUT


@pytest.mark.parametrize(
    "undo",
    [
        lambda admin, boss: end_every_sign_in(
            admin, by=boss, reason=SignIn.End.REVOKED, caller=HERE, at=now()
        ),
        lambda admin, boss: deactivate_user(admin, by=boss, caller=HERE, at=now()),
        lambda admin, boss: change_role(admin, role=Role.TRAINER, by=boss, caller=HERE, at=now()),
        lambda admin, _boss: User.objects.filter(pk=admin.pk).update(role=Role.TRAINER),
        lambda admin, _boss: User.objects.filter(pk=admin.pk).update(is_active=False),
        lambda admin, _boss: SignIn.objects.filter(user=admin).update(expires_at=now()),
        give_new_password,
    ],
    ids=[
        "signed out",
        "deactivated",
        "lowered",
        "lowered by hand",
        "deactivated by hand",
        "run out",
        "a new password",
    ],
)
def test_it_ends_at_once_with_what_it_stands_on(client, admin, superadmin, student, undo):
    acting(client, admin, student)
    undo(admin, superadmin)
    assert whom(client) != student.email


def test_it_ends_when_the_person_rises_above_whoever_acts_as_them(
    client, admin, superadmin, student
):
    acting(client, admin, student)
    change_role(student, role=Role.ADMIN, by=superadmin, caller=HERE, at=now())
    assert whom(client) != student.email


def test_signing_out_in_anothers_name_signs_oneself_out_too(client, admin, student):
    acting(client, admin, student)
    client.post("/accounts/logout/")
    assert whom(client) is None
    assert not SignIn.objects.filter(ended_at=None).exists()


def test_stepping_out_of_nothing_does_nothing(client, admin):
    sign_in_browser(client, admin)
    assert client.post(OUT)["Location"] == "/"
    assert whom(client) == admin.email


def test_stepping_in_again_needs_a_new_start(client, admin, student):
    borrowed = acting(client, admin, student)
    client.post(OUT)
    session = client.session
    session["sign_in"] = str(borrowed.sid)
    session.save()
    assert whom(client) != student.email


def test_a_page_in_anothers_name_takes_no_more_queries(
    client, admin, student, django_assert_num_queries
):
    acting(client, admin, student)
    client.get("/api/auth/me/")
    with django_assert_num_queries(2):  # the session and the sign-in
        client.get("/api/auth/me/")


def test_the_other_dangerous_acts_of_the_admin_ask_for_proof_too_and_keep_what_was_chosen(
    client, superadmin, student
):
    own = sign_in_browser(client, superadmin)
    SignIn.objects.filter(pk=own.pk).update(proved_at=now() - timedelta(hours=1))
    people = "/admin/accounts/user/"
    chosen = {"_selected_action": [student.pk], "role": "trainer", "confirmed": "yes"}
    for path, body in (
        (people, {"action": "change_role", **chosen}),
        (people, {"action": "delete_selected", "post": "yes", **chosen}),
        (f"{people}{student.pk}/delete/", {"post": "yes"}),
    ):
        answer = client.post(path, body)
        assert answer["Location"] == "/accounts/reauthenticate/?next=/admin/again/", path
        student.refresh_from_db()
        assert student.role == Role.STUDENT
        kept = client.get("/admin/again/").context["kept"]
        assert kept["path"] == path
        assert {name for name, _value in kept["fields"]} == set(body)
    assert client.get("/admin/again/")["Location"] == "/admin/"


def test_no_secret_is_kept_while_one_proves_who_one_is(rf, admin):
    request = rf.post(
        "/admin/x/", {"password": "a secret", "csrfmiddlewaretoken": "t", "name": "n"}
    )
    request.session = {}
    keep_and_ask_for_proof(request)
    assert request.session["kept_form"]["fields"] == [("name", "n")]


def test_a_refused_act_of_the_admin_is_written_down(client, admin, superadmin):
    sign_in_browser(client, admin)
    body = {"action": "deactivate", "_selected_action": [superadmin.pk]}
    client.post("/admin/accounts/user/", body)
    superadmin.refresh_from_db()
    assert superadmin.is_active
    entry = AuditEntry.objects.get(action="core.escalation_refused")
    assert (entry.actor.user, entry.subject.user) == (admin, superadmin)
