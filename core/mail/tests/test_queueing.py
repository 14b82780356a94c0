"""A mail is decided on in the transaction of its cause."""

from email.utils import parseaddr

import pytest
from django.db import connection, transaction

from core.broker import queue_depths
from core.errors import Invalid
from core.mail import actions
from core.mail.models import SUBJECT_LENGTH, Mail
from core.mail.smtp import message_of
from core.mail.stats import MailBacklog, mail_backlog
from core.tests.races import at_once
from core.trace import tracing

ALTER = "ALTER TABLE core_mail"


def test_a_mail_has_a_text_and_an_html_part_in_the_frame_of_all_mails(queue):
    mail = queue()
    assert mail.subject == "Welcome, Ada O'Neill"
    assert "Hello Ada O'Neill, here is your way in: http://testserver/in/open-sesame" in mail.text
    assert "because of your account" in mail.text
    assert "Hello Ada O&#x27;Neill" in mail.html
    assert 'href="http://testserver/in/open-sesame"' in mail.html
    assert mail.html.lstrip().startswith("<!doctype html>")


def test_a_mail_is_in_the_language_of_its_recipient(queue, student):
    student.locale = "hi"
    assert queue(student).language == "hi"
    assert '<html lang="hi"' in queue(student, key="again").html
    assert queue("ada@example.test").language == "en"
    assert queue("ada@example.test", language="hi").language == "hi"


def test_of_the_mails_with_one_key_only_the_first_is_queued(
    queue, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        first = queue(key="verify 7")
        second = queue(key="verify 7", context={"name": "Another", "token": ""})
    assert first == second
    assert len(callbacks) == 1


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnceWithOneKey:
    def mails(self, queue) -> int:
        Mail.objects.all().delete()
        at_once(*[lambda: queue(key="verify 7")] * 2)
        return Mail.objects.count()

    def test_one_mail_is_queued(self, queue):
        assert self.mails(queue) == 1

    def test_without_the_constraint_there_would_be_two(self, queue):
        with connection.cursor() as cursor:
            cursor.execute(f"{ALTER} DROP CONSTRAINT core_mail_key_key")
        try:
            # The two have to meet, which a busy machine may need a few goes for.
            assert any(self.mails(queue) == 2 for _go in range(20))
        finally:
            Mail.objects.all().delete()
            with connection.cursor() as cursor:
                cursor.execute(
                    "ALTER TABLE core_mail ADD CONSTRAINT core_mail_key_key UNIQUE (key)"
                )


def test_the_mail_queue_is_told_after_the_commit(queue, django_capture_on_commit_callbacks):
    before = queue_depths()["mail"]
    with django_capture_on_commit_callbacks(execute=True):
        queue()
        assert queue_depths()["mail"] == before
    assert queue_depths()["mail"] == before + 1


def test_a_mail_of_a_change_that_is_undone_was_never_queued(
    queue, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert (callbacks, Mail.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "to",
    [
        "ada@example.test\nBcc: eve@example.test",
        "ada@example.test, eve@example.test",
        "Ada <ada@example.test>",
        "ada",
        "",
    ],
)
def test_what_is_not_one_address_is_refused(queue, to):
    with pytest.raises(Invalid) as refusal:
        queue(to)
    assert "to" in refusal.value.details


def test_nobody_adds_headers_by_their_name(queue):
    name = "Ada\r\nBcc: eve@example.test\x00\u2028" + "x" * 500
    mail = queue(context={"name": name, "token": ""})
    assert mail.subject.startswith("Welcome, Ada Bcc: eve@example.test")
    assert len(mail.subject) == SUBJECT_LENGTH
    headers = message_of(mail).message()
    assert headers["Bcc"] is None
    assert parseaddr(headers["To"])[1] == "ada@example.test"


def test_what_is_in_the_mail_cannot_be_read_in_the_database(queue):
    mail = queue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM core_mail m WHERE id = %s", [mail.pk])
        [row] = cursor.fetchone()
    assert "open-sesame" not in row
    assert Mail.objects.get().text == mail.text


def test_the_parts_of_a_mail_are_of_one_message_with_an_id_that_stays(queue, settings):
    settings.DEFAULT_FROM_EMAIL = "ApraNova <no-reply@learn.example.org>"
    mail = queue()
    message = message_of(mail).message()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.get_payload()] == [
        "text/plain",
        "text/html",
    ]
    assert message["Message-ID"] == f"<{mail.pk}@learn.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_mail_belongs_to_the_request_that_caused_it(queue):
    with tracing("request-7"):
        assert queue().request_id == "request-7"


def test_queueing_costs_a_fixed_number_of_queries(queue, django_assert_num_queries):
    # Looked for, then inserted within a savepoint.
    with django_assert_num_queries(4):
        queue(key="verify 7")
    with django_assert_num_queries(1):
        queue(key="verify 7")


def test_the_backlog_tells_what_waits_and_what_failed(queue, at):
    assert mail_backlog() == MailBacklog(waiting=0, failed=0, oldest_due_at=None)
    queue()
    actions._give_up(queue(), at=at)
    assert mail_backlog() == MailBacklog(waiting=1, failed=1, oldest_due_at=at)
