"""The pages of passwords, of one's address, and of a lock."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import AuditEntry, SignIn, User
from accounts.tests.entry import LOGIN as API_LOGIN
from accounts.tests.entry import NEW_PASSWORD, link_in, mails
from accounts.tests.factories import PASSWORD, UserFactory
from core.clock import now
from core.mail.models import Mail

DASHBOARD = "/dashboard/"
LOGIN = "/accounts/login/"
FORGOTTEN = "/accounts/password/reset/"
FORGOTTEN_DONE = "/accounts/password/reset/done/"
CHANGE = "/accounts/password/change/"
ADDRESS = "/accounts/email/"

pytestmark = pytest.mark.django_db


def sign_in(client, user, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


def is_in(client):
    return client.get(DASHBOARD).status_code == 200


def errors(answer):
    return set(answer.context["form"].errors)


# Forgotten


def test_a_forgotten_password_is_chosen_anew(client, student):
    assert FORGOTTEN in client.get(LOGIN).content.decode()
    assert client.get(FORGOTTEN).status_code == 200
    asked = client.post(FORGOTTEN, {"email": student.email})
    assert (asked.status_code, asked["Location"]) == (302, FORGOTTEN_DONE)
    assert client.get(FORGOTTEN_DONE).status_code == 200
    link = link_in(mails("reset")[0])
    assert student.email in client.get(link).content.decode()
    done = client.post(link, {"new_password": NEW_PASSWORD}, follow=True)
    assert done.redirect_chain == [("/accounts/password/reset/key/done/", 302)]
    assert client.get("/accounts/password/reset/key/done/")["Location"] == LOGIN
    assert not is_in(client)
    sign_in(client, student, NEW_PASSWORD)
    assert is_in(client)


def test_an_address_that_nobody_has_leads_to_the_same_page(client, student):
    for email in (student.email, "nobody@example.org"):
        assert client.post(FORGOTTEN, {"email": email})["Location"] == FORGOTTEN_DONE
    assert [mail.to for mail in mails("reset")] == [student.email]


def test_a_used_link_says_so(client, student):
    client.post(FORGOTTEN, {"email": student.email})
    link = link_in(mails("reset")[0])
    client.post(link, {"new_password": NEW_PASSWORD})
    for answer in (client.get(link), client.post(link, {"new_password": "zq7 other 99"})):
        assert answer.status_code == 410
        assert FORGOTTEN in answer.content.decode()
    assert User.objects.get().check_password(NEW_PASSWORD)


def test_a_scanner_that_opens_the_link_does_not_use_it_up(client, student):
    client.post(FORGOTTEN, {"email": student.email})
    link = link_in(mails("reset")[0])
    for method in ("get", "head", "options"):
        assert getattr(Client(), method)(link).status_code == 200
    assert client.post(link, {"new_password": NEW_PASSWORD}).status_code == 302


def test_a_bad_password_leaves_the_link_good(client, student):
    client.post(FORGOTTEN, {"email": student.email})
    link = link_in(mails("reset")[0])
    assert errors(client.post(link, {"new_password": "short"})) == {"new_password"}
    assert client.post(link, {"new_password": NEW_PASSWORD}).status_code == 302


@pytest.mark.parametrize("page", [FORGOTTEN, "/accounts/password/reset/key/1-x/"])
def test_the_forms_need_the_pages_own_token(student, page):
    client = Client(enforce_csrf_checks=True)
    body = {"email": student.email, "new_password": NEW_PASSWORD}
    assert client.post(page, body).status_code == 403
    assert not Mail.objects.exists()


# Changed


def test_a_password_is_changed_and_only_this_browser_stays(client_of, student):
    mine, other = client_of(student), client_of(student)
    assert mine.get(CHANGE).status_code == 200
    done = mine.post(CHANGE, {"old_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert (done.status_code, done["Location"]) == (302, "/security/")
    assert is_in(mine)
    assert not is_in(other)
    ended = SignIn.objects.get(ended_at__isnull=False)
    assert ended.end_reason == SignIn.End.PASSWORD
    assert len(mails("password_changed", student.email)) == 1
    assert User.objects.get().check_password(NEW_PASSWORD)


def test_the_session_is_another_one_after_the_change(client_of, student):
    client = client_of(student)
    before = client.session.session_key
    client.post(CHANGE, {"old_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"old_password": "wrong", "new_password": NEW_PASSWORD}, "old_password"),
        ({"old_password": "", "new_password": NEW_PASSWORD}, "old_password"),
        ({"old_password": PASSWORD, "new_password": "short"}, "new_password"),
        ({"old_password": PASSWORD, "new_password": ""}, "new_password"),
    ],
)
def test_what_keeps_a_password_as_it_is(client_of, student, body, field):
    client = client_of(student)
    assert errors(client.post(CHANGE, body)) == {field}
    assert User.objects.get().check_password(PASSWORD)


def test_whoever_finds_an_open_browser_does_not_guess_the_password(client_of, student):
    client = client_of(student)
    body = {"old_password": "wrong", "new_password": NEW_PASSWORD}
    answers = [client.post(CHANGE, body) for _ in range(12)]
    assert answers[-1].status_code == 423
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_first_password_is_set_while_the_sign_in_is_fresh(client_of, student):
    student.set_unusable_password()
    student.save()
    client = client_of(student)
    assert "old_password" not in client.get(CHANGE).content.decode()
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    assert client.get(CHANGE)["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(CHANGE, {"new_password": NEW_PASSWORD}).status_code == 302
    assert not User.objects.get().has_usable_password()
    SignIn.objects.update(proved_at=now())
    client.post(CHANGE, {"new_password": NEW_PASSWORD})
    assert User.objects.get().check_password(NEW_PASSWORD)


@pytest.mark.parametrize("page", [CHANGE, ADDRESS])
def test_whoever_is_not_signed_in_is_led_to_it(client, page):
    assert client.get(page)["Location"] == f"{LOGIN}?next={page}"


# One's address


def test_an_address_is_moved_by_page(client_of, student):
    client = client_of(student)
    assert student.email in client.get(ADDRESS).content.decode()
    body = {"email": "New@Example.org", "password": PASSWORD}
    assert client.post(ADDRESS, body)["Location"] == ADDRESS
    assert "new@example.org" in client.get(ADDRESS).content.decode()
    link = link_in(mails("verify_change")[0])
    assert "new@example.org" in client.get(link).content.decode()
    assert client.post(link)["Location"] == ADDRESS
    student.refresh_from_db()
    assert student.email == "new@example.org"
    assert is_in(client)


def test_a_move_can_be_dropped_and_the_mail_sent_again(client_of, student):
    client = client_of(student)
    client.post(ADDRESS, {"email": "new@example.org", "password": PASSWORD})
    client.post(ADDRESS, {"again": "1"})
    assert len(mails("verify_change")) == 2
    client.post(ADDRESS, {"drop": "1"})
    assert "new@example.org" not in client.get(ADDRESS).content.decode()
    assert Client().post(link_in(mails("verify_change")[0])).status_code == 410
    assert [each.email for each in EmailAddress.objects.all()] == [student.email]


def test_a_wrong_password_moves_nothing(client_of, student):
    client = client_of(student)
    answer = client.post(ADDRESS, {"email": "new@example.org", "password": "wrong"})
    assert errors(answer) == {"password"}
    assert not mails("verify_change")


def test_somebody_without_a_password_moves_while_their_sign_in_is_fresh(client_of, student):
    student.set_unusable_password()
    student.save()
    client = client_of(student)
    assert 'name="password"' not in client.get(ADDRESS).content.decode()
    client.post(ADDRESS, {"email": "new@example.org"})
    assert len(mails("verify_change")) == 1
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    client.post(ADDRESS, {"email": "newer@example.org"})
    assert len(mails("verify_change")) == 1


def test_staff_who_act_for_somebody_touch_neither_password_nor_address(client_of, admin, student):
    client = client_of(admin)
    client.post(f"/admin/accounts/user/{student.pk}/impersonate/")
    shown = client.get(DASHBOARD).content.decode()
    assert student.email in shown, "this test needs the impersonation to work"
    for page in (CHANGE, ADDRESS):
        assert client.get(page).status_code == 403
    assert not Mail.objects.exists()


# A lock


def lock(client, user, **extra):
    for _ in range(14):
        client.post(LOGIN, {"login": user.email, "password": "wrong"}, **extra)


def test_the_owner_ends_by_mail_a_lock_that_a_classmate_made(student):
    """Both are behind one address, and the owner's browser is new to us."""
    classmate, owner = Client(), Client()
    lock(classmate, student)
    assert sign_in(owner, student).status_code == 423
    [mail] = mails("sign_in_locked", student.email)
    link = link_in(mail)
    assert student.email in owner.get(link).content.decode()
    assert owner.post(link)["Location"] == LOGIN
    sign_in(owner, student)
    assert is_in(owner)
    owner.post("/accounts/logout/")
    lock(classmate, student)
    assert sign_in(owner, student).status_code == 302
    assert is_in(owner)
    assert AuditEntry.objects.filter(action="accounts.sign_in_unlocked").count() == 1


def test_a_link_out_of_a_lock_that_was_cut_says_what_to_do(client, student):
    lock(Client(), student)
    link = f"{link_in(mails('sign_in_locked', student.email)[0])[:-9]}/"
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 404
        assert "Just try to sign in" in answer.content.decode()


def test_an_app_gets_in_as_soon_as_the_lock_is_off(api, student):
    lock(Client(), student)
    body = {"email": student.email, "password": PASSWORD}
    assert api.post(API_LOGIN, body).status_code == 423
    Client().post(link_in(mails("sign_in_locked")[0]))
    assert api.post(API_LOGIN, body).status_code == 200


def test_guessing_from_many_places_fills_no_mailbox(student):
    for place in range(4):
        lock(Client(), student, REMOTE_ADDR=f"203.0.113.{place}")
    assert len(mails("sign_in_locked")) == 1


def test_a_lock_on_nobody_costs_the_same_and_mails_nobody(student):
    lock(Client(), UserFactory.build(email="nobody@example.org"))
    assert not Mail.objects.exists()


def test_a_scanner_that_opens_the_mail_about_a_lock_ends_nothing(student):
    lock(Client(), student)
    link = link_in(mails("sign_in_locked")[0])
    for method in ("get", "head", "options"):
        getattr(Client(), method)(link)
    assert sign_in(Client(), student).status_code == 423


def test_an_old_or_forged_link_ends_no_lock(student, settings):
    lock(Client(), student)
    link = link_in(mails("sign_in_locked")[0])
    assert Client().post(link[:-3] + "x/").status_code == 404
    settings.UNLOCK_MINUTES = 0
    assert Client().post(link).status_code == 410
    assert sign_in(Client(), student).status_code == 423


def test_a_new_password_by_mail_gets_past_a_lock_too(client, student):
    lock(Client(), student)
    client.post(FORGOTTEN, {"email": student.email})
    client.post(link_in(mails("reset")[0]), {"new_password": NEW_PASSWORD})
    sign_in(client, student, NEW_PASSWORD)
    assert is_in(client)


# By staff


def test_an_account_made_without_a_password_gets_a_mail_to_choose_one(client, client_of, admin):
    added = client_of(admin).post(
        "/admin/accounts/user/add/",
        {"email": "new@example.org", "name": "Kabir", "role": "trainer", "password": ""},
    )
    assert added.status_code == 302
    user = User.objects.get(email="new@example.org")
    assert not user.has_usable_password()
    [mail] = mails("account_made", "new@example.org")
    client.post(link_in(mail), {"new_password": NEW_PASSWORD})
    sign_in(client, user, NEW_PASSWORD)
    assert is_in(client)


def test_an_address_changed_by_staff_proves_itself_and_the_old_one_is_told(
    client, client_of, admin, student
):
    old = student.email
    profile = {"email": "moved@example.org", "name": student.name}
    done = client_of(admin).post(f"/admin/accounts/user/{student.pk}/change/", profile)
    assert done.status_code == 302
    [told] = mails("address_changed")
    assert told.to == old
    student.refresh_from_db()
    assert sign_in(client, student)["Location"] == "/accounts/confirm-email/"
    client.post(link_in(mails("verify", "moved@example.org")[0]))
    assert is_in(client)


def test_the_first_superadmin_needs_no_mail(client):
    first = User.objects.create_superuser("first@example.org", PASSWORD)
    sign_in(client, first)
    assert is_in(client)


def test_no_key_of_a_mailed_link_is_in_a_log(client, student, caplog):
    client.post(FORGOTTEN, {"email": student.email})
    link = link_in(mails("reset")[0])
    caplog.clear()
    client.get(link)
    key = re.split("[-/]", link.rstrip("/"))[-1]
    assert key not in caplog.text


def test_no_key_is_in_a_log_where_another_secret_is_a_letter_of_it(client, caplog):
    key = "diovtw-698c14c28fb66450c55c83be26f1cbf1"
    client.get(f"/accounts/password/reset/key/t-{key}/")
    assert "[hidden]" in caplog.text
    assert key.partition("-")[2] not in caplog.text
