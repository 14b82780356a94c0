"""Mails over a real SMTP server, in good days and bad."""

from datetime import timedelta

import pytest

from core.celery import app
from core.events.models import Event
from core.mail import actions, smtp, tasks
from core.mail.actions import (
    MailErased,
    MailNotFailed,
    forget_recipient,
    hand_out_missed,
    purge,
    retry_mail,
    send,
)
from core.mail.models import Mail
from core.mail.querysets import MailQuerySet
from core.tests.races import one_within_the_other

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def seen(mail: Mail) -> Mail:
    mail.refresh_from_db()
    return mail


def let_the_server_be_tried_again() -> None:
    actions.cache.delete(actions.AWAY_KEY)


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """The mails that workers are told of."""
    told: list[str] = []

    def send_task(name: str, args: tuple[str, ...], **_: object) -> None:
        told.extend(args)

    monkeypatch.setattr(app, "send_task", send_task)
    return told


def test_a_mail_arrives_whole(queue, server, at):
    mail = queue()
    assert send(mail.pk, at=at)
    [arrived] = server.mails
    assert arrived["To"] == "ada@example.test"
    assert arrived["Subject"] == "Welcome, Ada O'Neill"
    assert arrived["Message-ID"] == mail.message_id
    assert "open-sesame" in arrived.get_body(("plain",)).get_content()
    assert "open-sesame" in arrived.get_body(("html",)).get_content()
    assert (seen(mail).status, mail.sent_at, mail.tries) == ("sent", at, 1)


def test_a_mail_goes_once_however_often_workers_are_told(queue, server):
    mail = queue()
    for _ in range(3):
        tasks.send(str(mail.pk))
    assert len(server.mails) == 1


def test_a_mail_to_a_foreign_address_and_in_a_foreign_script_arrives(queue, server, at):
    mail = queue("priya@xn--c1yn36f.example", context={"name": "प्रिया", "token": ""})
    assert send(mail.pk, at=at)
    assert "प्रिया" in server.mails[0]["Subject"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "451 4.2.1 mailbox is busy"),
        ("DATA", "451 4.3.0 try again later"),
        ("MAIL", "451 4.7.1 greylisted"),
        ("MAIL", "550 5.7.1 this sender is not allowed"),
    ],
)
def test_a_mail_that_may_go_another_time_is_tried_again_later(queue, server, at, command, answer):
    server.faults[command] = answer
    mail = queue()
    assert not send(mail.pk, at=at)
    assert (seen(mail).status, mail.tries) == ("queued", 1)
    assert at < mail.due_at <= at + MINUTE
    assert answer[4:9] in mail.last_error
    server.faults.clear()
    assert not send(mail.pk, at=mail.due_at - SECOND)
    assert send(mail.pk, at=mail.due_at)
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("command", "answer"),
    [("RCPT", "550 5.1.1 no such person"), ("DATA", "554 5.6.0 we never take this")],
)
def test_a_mail_that_will_never_be_taken_is_given_up_at_once(queue, server, at, command, answer):
    server.faults[command] = answer
    mail = queue()
    send(mail.pk, at=at)
    assert (seen(mail).status, mail.failed_at, mail.tries) == ("failed", at, 1)
    assert answer[4:9] in mail.last_error
    [told] = Event.objects.filter(name="core.mail_failed")
    assert told.payload == {"mail": str(mail.pk), "kind": "core.greeting"}


def test_a_mail_is_given_up_after_its_tries(queue, server, at, settings):
    settings.MAIL_TRIES = 3
    server.faults["RCPT"] = "451 busy"
    mail = queue()
    waits = []
    for _ in range(3):
        send(mail.pk, at=at)
        waits.append(seen(mail).due_at - at)
        at = mail.due_at
    assert (mail.status, mail.tries) == ("failed", 3)
    assert waits[0] < waits[1]


class TestAnOutage:
    """It delays, loses nothing, costs no mail a try, and is found out by one mail in a while."""

    def test_a_server_that_refuses_connections(self, queue, no_server, at, told):
        first, second = queue(), queue()
        assert not send(first.pk, at=at)
        assert not send(second.pk, at=at)
        assert [(seen(mail).status, mail.tries) for mail in (first, second)] == [("queued", 0)] * 2
        assert "ConnectionRefused" in first.last_error
        assert second.last_error == ""
        assert hand_out_missed(at=at + DAY) == 0

    def test_a_server_that_is_closing(self, queue, server, at):
        server.faults["MAIL"] = "421 4.3.2 closing"
        first, second = queue(), queue()
        send(first.pk, at=at)
        send(second.pk, at=at)
        assert server.connections == 1
        assert (seen(first).status, first.tries) == ("queued", 0)

    def test_a_server_that_says_nothing(self, queue, server, at, settings):
        settings.EMAIL_TIMEOUT = 0.05
        server.silent = True
        mail = queue()
        assert not send(mail.pk, at=at)
        assert (seen(mail).status, mail.tries) == ("queued", 1)

    def test_a_server_that_wants_no_such_password(self, queue, server, at, settings):
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "we", "wrong"
        mail = queue()
        send(mail.pk, at=at)
        assert (seen(mail).status, mail.tries) == ("queued", 0)

    def test_when_it_is_over_everything_goes(self, queue, server, at, told, settings):
        mails = [queue() for _ in range(3)]
        settings.EMAIL_PORT, port = 1, settings.EMAIL_PORT
        for mail in mails:
            send(mail.pk, at=at)
        settings.EMAIL_PORT = port
        let_the_server_be_tried_again()
        assert hand_out_missed(at=at + MINUTE) == 3
        for key in told:
            assert send(key, at=at + MINUTE)
        assert len(server.mails) == 3

    def test_without_a_server_in_the_settings_mails_wait(self, queue, at, settings, told):
        settings.EMAIL_HOST = ""
        mail = queue()
        assert not send(mail.pk, at=at)
        assert hand_out_missed(at=at + DAY) == 0
        assert (seen(mail).status, mail.tries) == ("queued", 0)


class TestAWorkerThatDies:
    @pytest.fixture
    def orphan(self, queue, at, server):
        """A mail whose worker died in the middle of sending it."""
        return actions._claim(queue().pk, at=at)

    def test_its_mail_is_sent_by_another_one_after_the_lease(self, orphan, server, at, told):
        assert hand_out_missed(at=at + actions.LEASE - SECOND) == 0
        assert not send(orphan.pk, at=at + actions.LEASE - SECOND)
        assert hand_out_missed(at=at + actions.LEASE) == 1
        assert send(orphan.pk, at=at + actions.LEASE)
        assert seen(orphan).tries == 2

    def test_a_worker_that_comes_back_changes_nothing_any_more(self, orphan, at):
        actions._claim(orphan.pk, at=at + actions.LEASE)
        actions._note_failure(orphan, RuntimeError(), at=at)
        assert (seen(orphan).status, orphan.tries) == ("sending", 2)

    def test_a_mail_that_kills_its_workers_is_given_up(self, orphan, at, settings):
        settings.MAIL_TRIES = 1
        assert not send(orphan.pk, at=at + actions.LEASE)
        assert seen(orphan).status == "failed"


def test_only_what_nobody_took_up_in_time_is_handed_out_again(queue, at, told, server):
    mail = queue()
    assert hand_out_missed(at=at + MINUTE - SECOND) == 0
    assert hand_out_missed(at=at + MINUTE) == 1
    assert hand_out_missed(at=at + MINUTE + SECOND) == 0
    assert told == [str(mail.pk)]


def test_a_sweep_that_finds_more_than_it_may_take_calls_for_another(queue, at, server, monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **_: sent.append(name))
    for _ in range(3):
        queue()
    hand_out_missed(at=at + MINUTE, limit=2)
    assert sent == ["core.mail.send", "core.mail.send", "core.mail.sweep"]


@pytest.mark.parametrize("many", [1, 30])
def test_a_sweep_costs_the_same_number_of_queries_at_any_size(
    queue, at, told, server, django_assert_num_queries, many
):
    for _ in range(many):
        queue()
    with django_assert_num_queries(4):
        assert hand_out_missed(at=at + MINUTE) == many


@pytest.mark.django_db(transaction=True)
class TestTwoWorkersWithOneMail:
    def both_claim(self, mail: Mail, at) -> list[bool]:
        """The second one comes while the first has read the row and not yet written it."""
        claims = one_within_the_other(
            lambda: actions._claim(mail.pk, at=at),
            lambda: actions._claim(mail.pk, at=at),
            owner=Mail,
            method="put_off",
        )
        return [claim is not None for claim in claims]

    def test_without_the_lock_both_would_send_it(self, queue, at, monkeypatch):
        monkeypatch.setattr(MailQuerySet, "locked_or_skipped", lambda rows: rows)
        assert self.both_claim(queue(), at) == [True, True]

    def test_one_of_them_leaves_it_alone(self, queue, at):
        assert self.both_claim(queue(), at) == [True, False]

    def test_while_one_is_sending_it_the_other_leaves_it_alone(self, queue, server, at):
        mail = queue()
        sent = one_within_the_other(
            lambda: send(mail.pk, at=at),
            lambda: send(mail.pk, at=at),
            owner=smtp,
            method="transmit",
        )
        assert sent == (True, False)
        assert len(server.mails) == 1


class TestTryingAgain:
    @pytest.fixture
    def failed(self, queue, server, at) -> Mail:
        server.faults["RCPT"] = "550 5.1.1 no such person"
        mail = queue()
        send(mail.pk, at=at)
        server.faults.clear()
        return mail

    def test_a_mail_that_failed_gets_its_tries_anew(
        self, failed, server, at, told, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            again = retry_mail(failed, at=at + DAY)
        assert (again.status, again.tries, again.failed_at) == ("queued", 0, None)
        assert told == [str(failed.pk)]
        assert send(failed.pk, at=at + DAY)
        assert len(server.mails) == 1

    def test_a_mail_that_waits_or_was_sent_is_left_alone(self, queue, server, at):
        mail = queue()
        with pytest.raises(MailNotFailed):
            retry_mail(mail, at=at)
        send(mail.pk, at=at)
        with pytest.raises(MailNotFailed):
            retry_mail(mail, at=at)

    def test_a_mail_whose_text_is_erased_cannot_be_sent(self, failed, at):
        purge(at=at + 15 * DAY, body_days=14, keep_days=180)
        with pytest.raises(MailErased):
            retry_mail(failed, at=at + 15 * DAY)


class TestForgetting:
    def test_the_text_is_erased_some_days_after_the_end(self, queue, server, at):
        sent, waiting = queue(), queue()
        send(sent.pk, at=at)
        purge(at=at + 14 * DAY, body_days=14, keep_days=180)
        assert not seen(sent).is_erased
        purge(at=at + 14 * DAY + SECOND, body_days=14, keep_days=180)
        assert (seen(sent).is_erased, sent.html, sent.subject) == (
            True,
            None,
            "Welcome, Ada O'Neill",
        )
        assert not seen(waiting).is_erased

    def test_it_is_forgotten_in_the_end_unless_it_still_waits(self, queue, server, at):
        sent, waiting = queue(), queue()
        send(sent.pk, at=at)
        purge(at=at + 181 * DAY, body_days=14, keep_days=180)
        assert list(Mail.objects.all()) == [waiting]

    def test_whoever_leaves_takes_their_mails_along(self, queue, server, at):
        queue("ada@example.test")
        other = queue("bob@example.test")
        assert forget_recipient("Ada@example.test") == 1
        assert list(Mail.objects.all()) == [other]
