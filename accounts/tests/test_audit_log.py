"""The audit log: added to, never changed, and forgetful of persons alone."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actions.audit import empty_actor, history_of, record_audit
from accounts.models import AuditActor, AuditEntry
from accounts.tests.factories import UserFactory
from core.audit import record_audit as record_from_core
from core.callers import Caller
from core.clock import now
from core.mail.models import Mail
from core.trace import tracing

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(student, admin):
    return record_audit(
        "accounts.role_changed",
        by=admin,
        target=student,
        data={"old": "student", "new": "trainer"},
        caller=Caller("192.0.2.7"),
        at=now(),
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_auditentry SET action = 'nothing.happened'",
        "UPDATE accounts_auditentry SET data = '{}' WHERE id = %(pk)s",
        "DELETE FROM accounts_auditentry",
        "DELETE FROM accounts_auditentry WHERE id = %(pk)s",
        "MERGE INTO accounts_auditentry e USING (SELECT %(pk)s::bigint AS id) s ON e.id = s.id "
        "WHEN MATCHED THEN DELETE",
        "INSERT INTO accounts_auditentry SELECT * FROM accounts_auditentry "
        "ON CONFLICT (id) DO UPDATE SET action = 'x'",
        "WITH gone AS (DELETE FROM accounts_auditentry RETURNING *) SELECT count(*) FROM gone",
    ],
)
def test_the_database_refuses_to_change_an_entry(entry, sql):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, {"pk": entry.pk})
    assert AuditEntry.objects.get() == entry


def test_the_database_refuses_to_empty_the_log(db):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE accounts_auditentry")


def test_neither_row_nor_list_can_be_changed_by_code(entry):
    for change in (
        entry.delete,
        entry.save,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="x"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_an_entry_says_who_did_what_to_whom_and_from_where(student, admin):
    with tracing("a-request"):
        entry = record_audit(
            "accounts.role_changed",
            by=admin,
            target=student,
            data={"new": "trainer"},
            caller=Caller("2001:db8::7"),
            at=now(),
        )
    assert (entry.actor.user, entry.subject.user) == (admin, student)
    assert (entry.target_type, entry.target_id, entry.target_label) == ("accounts.user", "", "")
    assert (entry.address, entry.request_id) == ("2001:db8::7", "a-request")


def test_a_person_who_is_erased_leaves_a_pseudonym(entry, student):
    assert str(AuditEntry.objects.get().subject) == student.email
    empty_actor(student)
    subject = AuditEntry.objects.get().subject
    assert (subject.user, subject.name, subject.email) == (None, "", "")
    assert student.email not in str(subject)
    assert subject.uuid.hex[:8] in str(subject)


def test_nothing_personal_of_a_subject_stands_in_the_entry_itself(entry, student):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM accounts_auditentry e")
        (row,) = cursor.fetchone()
    assert student.email not in row
    assert student.name not in row


def test_a_person_is_one_actor_under_the_name_they_have_now(student):
    record_audit("accounts.user_edited", by=student, at=now())
    student.name = "Somebody Else"
    student.save()
    record_audit("accounts.user_edited", by=student, at=now())
    actor = AuditActor.objects.get()
    assert actor.name == "Somebody Else"


def test_things_are_named_as_they_were(admin):
    mail = Mail(kind="welcome")
    record_from_core("core.mail_retried", by=admin, target=mail, at=now())
    entry = AuditEntry.objects.get()
    assert entry.target_type == "core.mail"
    assert entry.target_id == str(mail.pk)
    assert entry.target_label == str(mail)


def test_the_history_of_a_person_is_what_they_did_and_what_was_done_to_them(student, admin):
    at = now()
    record_audit("accounts.role_changed", by=admin, target=student, at=at)
    record_audit("accounts.signed_in", by=student, at=at + timedelta(seconds=1))
    record_audit("accounts.signed_in", by=UserFactory(), at=at)
    actions = [entry.action for entry in history_of(student)]
    assert actions == ["accounts.signed_in", "accounts.role_changed"]


def test_an_entry_is_part_of_the_transaction_of_its_cause(student):
    with transaction.atomic():
        record_audit("accounts.user_edited", by=student, at=now())
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_an_impersonator_is_named_beside_the_one_they_appear_as(student, superadmin):
    entry = record_audit("accounts.user_edited", by=student, impersonator=superadmin, at=now())
    assert (entry.actor.user, entry.impersonator.user) == (student, superadmin)
