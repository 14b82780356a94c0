"""A copy of one's data, closing one's account, and what is left of somebody afterwards."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from accounts.actions.leaving import close_account, erase_account, erase_closed
from accounts.actions.people import delete_user
from accounts.actions.profiles import set_avatar
from accounts.actions.sign_ins import start_token_sign_in
from accounts.errors import InvalidCredentials, LastSuperadmin
from accounts.models import (
    AccountClosing,
    ApiKey,
    AuditActor,
    AuditEntry,
    Invitation,
    SignIn,
    TrainerAssignment,
    User,
)
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.races import at_once, take_locks_off
from accounts.tests.test_pictures import encoded, red, upload
from core.callers import Caller
from core.clock import now
from core.files.actions import store_file
from core.files.models import StoredFile
from core.files.purposes import FilePurpose, file_purposes
from core.jobs.models import Job
from core.jobs.running import run_job
from core.mail.actions import queue_mail
from core.mail.models import Mail
from core.personal_data import Document, PersonalData, personal_data

ACCOUNT, EXPORT = "/api/users/account/", "/api/users/account/export/"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GRACE = timedelta(days=14)
DAY = timedelta(days=1)
HERE = Caller("192.0.2.7", "Firefox/1 Linux")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def part(monkeypatch):
    """Another app's part of people's data."""

    def registered(name="5 essays", collect=lambda _user: (), erase=None):
        each = PersonalData("Gathering your essays", collect, erase)
        monkeypatch.setitem(personal_data._entries, name, each)

    return registered


def app_of(user, at=None) -> APIClient:
    """An app that has just proven who holds it, or did so at some time."""
    tokens = start_token_sign_in(user, way="password", caller=HERE, at=now())
    if at is not None:
        SignIn.objects.filter(user=user).update(proved_at=at)
    return APIClient(headers={"authorization": f"Bearer {tokens.access}"})


def made_copy(user) -> tuple[Job, dict[str, bytes]]:
    job = Job.objects.get(pk=app_of(user).post(EXPORT).json()["id"])
    run_job(job.pk)
    job.refresh_from_db()
    with default_storage.open(StoredFile.objects.get(pk=job.result["file"]).place) as content:
        archive = zipfile.ZipFile(BytesIO(content.read()))
    return job, {name: archive.read(name) for name in archive.namelist()}


def closed(user, at=NOON) -> AccountClosing:
    return close_account(user, caller=HERE, at=at)


def come_back(user, at=None) -> None:
    start_token_sign_in(user, way="password", caller=HERE, at=at or now())


def test_a_copy_is_made_by_a_job_and_told_of_by_mail(student):
    answer = app_of(student).post(EXPORT)
    assert answer.status_code == 202
    assert answer.json()["kind"] == "accounts.export"
    run_job(answer.json()["id"])
    job = Job.objects.get()
    assert (job.status, job.progress) == ("succeeded", 100)
    file = StoredFile.objects.get()
    assert job.result["file"] == str(file.pk)
    assert (file.owner, file.content_type) == (student, "application/zip")
    assert file.expires_at - file.created_at == timedelta(days=7)
    mail = Mail.objects.get(kind="accounts.export_ready")
    assert (mail.to, "/profile/data/" in mail.text) == (student.email, True)
    assert str(file.pk) not in mail.text


def test_a_copy_holds_all_that_is_kept_and_nobody_elses(student, trainer, part):
    set_avatar(student, upload=upload(encoded(red())), by=student, caller=HERE, at=NOON)
    TrainerAssignment.objects.create(student=student, trainer=trainer, slot=1, started_at=NOON)
    stranger = UserFactory(email="stranger@example.org")
    come_back(stranger)
    rows = ({"n": n} for n in range(3))
    part(collect=lambda _user: [Document("essays.json", rows), Document("../../up.json", {})])
    _job, files = made_copy(student)
    profile = json.loads(files["apranova/profile.json"])
    assert (profile["email"], profile["name"]) == (student.email, student.name)
    assert "password" not in profile
    assert json.loads(files["apranova/essays.json"]) == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert files["apranova/picture.webp"][8:12] == b"WEBP"
    assert json.loads(files["apranova/account/trainers.json"])[0]["trainer__name"] == trainer.name
    assert json.loads(files["apranova/account/sign_ins.json"])[0]["address"] == "192.0.2.7"
    actions = [each["action"] for each in json.loads(files["apranova/account/audit.json"])]
    assert "accounts.signed_in" in actions
    assert all(name.startswith("apranova/") and ".." not in name for name in files)
    everything = b"".join(files.values())
    assert stranger.email.encode() not in everything
    assert student.password.encode() not in everything


def test_a_copy_says_what_it_is_and_has_no_empty_files(student, part):
    part(collect=lambda _user: [Document("essays.json", iter([]))])
    job, files = made_copy(student)
    assert student.name in files["apranova/README.txt"].decode()
    assert "apranova/essays.json" not in files
    assert all(files.values())
    with default_storage.open(StoredFile.objects.get(pk=job.result["file"]).place) as content:
        years = {each.date_time[0] for each in zipfile.ZipFile(content).infolist()}
    assert years <= {job.created_at.year, job.created_at.year + 1}


def test_a_copy_has_no_copies_in_it(student):
    made_copy(student)
    Job.objects.all().delete()
    _job, files = made_copy(student)
    assert not [name for name in files if "/files/" in name]


def test_a_copy_whose_file_is_lost_still_has_all_the_rest(student):
    set_avatar(student, upload=upload(encoded(red())), by=student, caller=HERE, at=NOON)
    default_storage.delete(student.avatar.name)
    _job, files = made_copy(student)
    assert "apranova/profile.json" in files
    assert "apranova/picture.webp" not in files


def test_one_copy_at_a_time(student):
    app = app_of(student)
    first, second = app.post(EXPORT), app.post(EXPORT)
    assert (first.status_code, second.status_code) == (202, 409)
    assert second.json()["error"]["details"]["job"] == first.json()["id"]


def test_copies_are_not_made_all_day(student):
    app = app_of(student)
    heard = []
    for _each in range(6):
        heard.append(app.post(EXPORT).status_code)
        Job.objects.all().delete()
    assert heard == [202] * 5 + [429]


def test_a_borrowed_session_takes_no_copy_and_closes_nothing(student):
    app = app_of(student, at=now() - DAY)
    for answer in (app.post(EXPORT), app.delete(ACCOUNT)):
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "REAUTHENTICATION_REQUIRED"
    assert not Job.objects.exists()
    assert not AccountClosing.objects.exists()


def test_a_copy_is_for_its_owner_alone(student, admin, superadmin, trainer, api):
    job, _files = made_copy(student)
    for other in (admin, superadmin, trainer):
        assert app_of(other).get(job.result["url"]).status_code == 404
    assert api.get(job.result["url"]).status_code == 401
    answer = app_of(student).get(job.result["url"])
    assert answer.status_code == 200
    b"".join(answer.streaming_content)


def test_whose_copy_is_made_is_not_for_the_body_to_say(student, admin):
    app_of(student).post(EXPORT, {"user": admin.pk, "user_id": admin.pk})
    assert Job.objects.get().payload == {"user_id": student.pk}


def test_closing_signs_out_everywhere_and_says_when(student):
    other = app_of(student)
    app = app_of(student)
    answer = app.delete(ACCOUNT)
    assert answer.status_code == 202
    closing = AccountClosing.objects.get()
    assert closing.due_at - closing.asked_at == GRACE
    assert {app.get("/api/auth/me/").status_code, other.get("/api/auth/me/").status_code} == {401}
    assert set(SignIn.objects.values_list("end_reason", flat=True)) == {"closed"}
    mail = Mail.objects.get(kind="accounts.closing")
    assert mail.to == student.email
    assert AuditEntry.objects.filter(action="accounts.closing_asked").count() == 1


def test_a_password_is_proof_enough_unless_there_is_a_second_factor(student):
    app = app_of(student, at=now() - DAY)
    wrong = app.delete(ACCOUNT, {"password": "not mine at all"})
    assert (wrong.status_code, set(wrong.json()["error"]["details"])) == (400, {"password"})
    factor = Authenticator.objects.create(user=student, type="totp", data={"secret": "x"})
    assert app.delete(ACCOUNT, {"password": PASSWORD}).status_code == 403
    factor.delete()
    assert app.delete(ACCOUNT, {"password": PASSWORD}).status_code == 202


def test_a_code_that_is_wrong_closes_nothing(student):
    answer = app_of(student, at=now() - DAY).delete(ACCOUNT, {"code": "000000"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_CODE")
    assert not AccountClosing.objects.exists()


def test_closing_twice_is_as_good_as_once(student):
    assert closed(student) == closed(student, NOON + DAY)
    assert Mail.objects.filter(kind="accounts.closing").count() == 1


def test_keys_of_outside_systems_end_with_it(admin):
    key = ApiKey.objects.create(
        name="x", prefix="p", digest="d", scopes=[], owner=admin, created_at=NOON
    )
    closed(admin)
    key.refresh_from_db()
    assert not key.is_living(NOON)


def test_signing_in_again_calls_it_off(student):
    closed(student)
    come_back(student, at=NOON + DAY)
    assert AccountClosing.objects.get().cancelled_at == NOON + DAY
    assert Mail.objects.filter(kind="accounts.closing_called_off").count() == 1
    assert erase_closed(at=NOON + 2 * GRACE) == 0
    assert User.objects.filter(pk=student.pk).exists()


def test_the_page_says_that_it_was_called_off(client, student):
    closed(student, now())
    form = {"login": student.email, "password": PASSWORD}
    page = client.post("/accounts/login/", form, follow=True).content.decode()
    assert "Your account stays open" in page
    assert "You are signed in as" not in page


def test_a_wrong_password_calls_nothing_off(client, student):
    closed(student, now())
    client.post("/accounts/login/", {"login": student.email, "password": "not mine at all"})
    assert AccountClosing.objects.open().exists()


def test_the_last_superadmin_stays(superadmin):
    with pytest.raises(LastSuperadmin):
        closed(superadmin)
    assert app_of(superadmin).delete(ACCOUNT).status_code == 409


def test_of_two_superadmins_only_one_can_be_on_the_way_out(superadmin):
    second = UserFactory(superadmin=True)
    closed(superadmin)
    with pytest.raises(LastSuperadmin):
        closed(second)
    come_back(superadmin)
    closed(second)


def test_a_closing_whose_person_was_deleted_meanwhile_counts_for_nobody(superadmin, student):
    closed(student)
    User.objects.filter(pk=student.pk).delete()
    UserFactory(superadmin=True)
    closed(superadmin)
    assert erase_closed(at=NOON + GRACE) == 2


def test_nothing_goes_before_the_day(student):
    closed(student)
    assert erase_closed(at=NOON + GRACE - timedelta(seconds=1)) == 0
    assert User.objects.filter(pk=student.pk).exists()


def test_on_the_day_nothing_personal_is_left(student, trainer, django_capture_on_commit_callbacks):
    email, key = student.email, student.pk
    set_avatar(student, upload=upload(encoded(red())), by=student, caller=HERE, at=NOON)
    picture = student.avatar.name
    EmailAddress.objects.create(user=student, email="second@example.org")
    SocialAccount.objects.create(user=student, provider="github", uid="1")
    Authenticator.objects.create(user=student, type="totp", data={"secret": "x"})
    TrainerAssignment.objects.create(student=student, trainer=trainer, slot=1, started_at=NOON)
    Invitation.objects.create(
        email=email, role="student", digest="d", created_at=NOON, expires_at=NOON
    )
    for n, address in enumerate((email, "second@example.org")):
        queue_mail(
            template="accounts/closing_called_off",
            to=address,
            context={"name": student.name},
            key=f"test {n}",
            at=NOON,
        )
    made_copy(student)
    copy = StoredFile.objects.get().place
    closed(student)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_closed(at=NOON + GRACE) == 1
    assert not User.objects.filter(pk=key).exists()
    assert not Mail.objects.filter(to__in=[email, "second@example.org"]).exists()
    assert not Invitation.objects.exists()
    assert not StoredFile.objects.exists()
    assert not default_storage.exists(copy)
    assert not default_storage.exists(picture)
    for rows in (EmailAddress, SocialAccount, Authenticator, TrainerAssignment, SignIn, Job):
        assert not rows.objects.filter(**_of(rows, key)).exists()
    assert not AuditActor.objects.filter(email=email).exists()
    erasure = AuditEntry.objects.get(action="accounts.erased")
    assert str(erasure.subject).startswith("former member")
    assert AuditEntry.objects.filter(actor=erasure.subject, action="accounts.signed_in").exists()


def _of(rows, key) -> dict[str, int]:
    owner = {Job: "owner_id", TrainerAssignment: "student_id"}
    return {owner.get(rows, "user_id"): key}


def test_erasing_twice_is_as_good_as_once(student):
    closing = closed(student)
    assert erase_account(closing.pk, at=NOON + GRACE)
    assert not erase_account(closing.pk, at=NOON + GRACE)
    assert erase_closed(at=NOON + 2 * GRACE) == 0
    assert AuditEntry.objects.filter(action="accounts.erased").count() == 1


def test_one_account_that_fails_stops_no_other(student, trainer, part):
    closed(student)
    closed(trainer, NOON + timedelta(minutes=1))

    def fail(user, at):
        if user == student:
            raise RuntimeError("no")

    part(erase=fail)
    assert erase_closed(at=NOON + GRACE + DAY) == 1
    assert set(User.objects.all()) == {student}
    part(erase=None)
    assert AccountClosing.objects.due(NOON + GRACE).get().user == student


def test_an_app_above_erases_its_part_and_before_the_person_goes(student, part):
    seen = []
    part(erase=lambda user, at: seen.append((user.email, at)))
    closed(student)
    erase_closed(at=NOON + GRACE)
    assert seen == [(student.email, NOON + GRACE)]


def test_deleting_by_a_superadmin_erases_as_much(student, superadmin, part):
    seen = []
    part(erase=lambda user, _at: seen.append(user.pk))
    key = student.pk
    delete_user(student, by=superadmin, caller=HERE, at=NOON)
    assert seen == [key]


def test_a_file_that_others_need_stays_without_its_owner(student, monkeypatch):
    rules = FilePurpose("core.read_file", frozenset({"text"}), 1000, stays=True)
    monkeypatch.setitem(file_purposes._entries, "test.work", rules)
    file = store_file(
        content=ContentFile(b"work"), name="w.txt", purpose="test.work", owner=student, at=NOON
    )
    closed(student)
    erase_closed(at=NOON + GRACE)
    file.refresh_from_db()
    assert file.owner is None
    assert default_storage.exists(file.place)


@pytest.mark.django_db(transaction=True)
def test_whoever_signs_in_while_they_are_erased_is_either_kept_or_nobody(monkeypatch):
    outcomes = set()
    for turn in range(6):
        student = UserFactory(email=f"racer{turn}@example.org")
        closing = closed(student)
        came, went = at_once(
            lambda user=student: come_back(user, at=NOON + GRACE),
            lambda key=closing.pk: erase_account(key, at=NOON + GRACE),
        )
        is_there = User.objects.filter(pk=student.pk).exists()
        if is_there:
            assert (came, went) == (None, False)
            assert SignIn.objects.filter(user=student).exists()
        else:
            assert isinstance(came, InvalidCredentials)
            assert went is True
        outcomes.add(is_there)
    assert outcomes


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_somebody_would_come_back_to_an_erased_account(monkeypatch):
    student = UserFactory()
    closing = closed(student)
    take_locks_off(monkeypatch)
    save = AccountClosing.save

    def save_late(row, **named):
        if row.cancelled_at is None:
            monkeypatch.setattr(AccountClosing, "save", save)
            assert at_once(lambda: come_back(student, at=NOON + DAY)) == [None]
        save(row, **named)

    monkeypatch.setattr(AccountClosing, "save", save_late)
    assert erase_account(closing.pk, at=NOON + GRACE)
    assert not User.objects.filter(pk=student.pk).exists()


def test_the_pages_lead_from_a_copy_to_the_last_word(client_of, student):
    client = client_of(student)
    page = client.get("/profile/data/").content.decode()
    assert "Make a copy" in page
    assert client.post("/profile/data/")["Location"] == "/profile/data/"
    assert "Copy of your data" in client.get("/profile/data/").content.decode()
    run_job(Job.objects.get().pk)
    assert "Your copy is ready" in client.get("/profile/data/").content.decode()
    asking = client.get("/profile/closing/").content.decode()
    for words in ("What goes", "What stays", "former member", "14 days"):
        assert words in asking
    assert client.post("/profile/closing/")["Location"] == "/accounts/closed/"
    assert client.get("/profile/").status_code == 302
    assert "is closed" in client.get("/accounts/closed/").content.decode()


def test_the_pages_ask_for_a_proof_first_and_lead_back(client_of, student):
    client = client_of(student)
    SignIn.objects.update(proved_at=now() - DAY)
    for path in ("/profile/data/", "/profile/closing/"):
        answer = client.post(path, headers={"referer": f"http://testserver{path}"})
        assert answer["Location"] == f"/accounts/reauthenticate/?next={path}"
    assert not AccountClosing.objects.exists()
    assert not Job.objects.exists()


def test_the_mail_names_the_day(student):
    closed(student)
    assert date(2026, 12, 4).strftime("%Y") in Mail.objects.get().subject
