"""Texts on their way to phones, through a gateway that is slow, away or talks nonsense."""

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts.actions import texts
from accounts.actions.people import deactivate_user
from accounts.actions.phones import AWAY_KEY, TEXT
from accounts.actions.texts import forget_codes, forget_phone, hand_out_missed, send_text
from accounts.models import AuditEntry, PhoneCode
from accounts.sms import GatewayAwayError, NumberRefusedError, masked, sender
from accounts.sms.console import ConsoleSender
from accounts.sms.gateway import HttpSender
from accounts.tests.phones import OTHER_PHONE, PHONE, SEND, ask, code_for, newest, owner_of
from core.callers import Caller
from core.clock import now

KEY = "sandbox-sms-key"


@pytest.fixture
def gateway(sandbox_server, settings):
    settings.SMS_URL = f"{sandbox_server.url}/sms/messages"
    settings.SMS_KEY = KEY
    return sandbox_server


@pytest.fixture
def told(monkeypatch):
    """What workers were told of, and after which wait."""
    heard = []
    monkeypatch.setattr(
        texts, "hand_over", lambda task, key, **how: heard.append((task, key, how)) or True
    )
    return heard


def arrived(gateway):
    return gateway.messages(kind="sms")


@pytest.mark.django_db
def test_a_code_arrives_at_the_phone(gateway):
    owner_of()
    code = ask()
    assert send_text(code.pk, at=now())
    (text,) = gateway.messages(to=PHONE, kind="sms")
    assert text["codes"] == [code_for()]
    code.refresh_from_db()
    assert (code.text_tries, code.failed_at, code.remind_at) == (1, None, None)
    assert code.texted_at is not None
    entry = AuditEntry.objects.get(action="accounts.phone_code_sent")
    assert (entry.data["country"], entry.address) == ("IN", "192.0.2.7")
    assert PHONE not in str(entry.data)


@pytest.mark.django_db
def test_a_text_says_whose_it_is_and_lets_phones_fill_it_in(settings):
    settings.FRONTEND_URL = "https://learn.example.org"
    owner = owner_of()
    words = texts.words_of(ask())
    assert words.startswith(f"{code_for()} is your ApraNova code to sign in.")
    assert words.splitlines()[-1] == f"@learn.example.org #{code_for()}"
    assert "prove this phone" in texts.words_of(ask(user=owner))
    assert len(words) <= 160


@pytest.mark.django_db
def test_nothing_goes_to_a_phone_that_is_nobodys(gateway):
    code = ask()
    assert send_text(code.pk, at=now())
    assert not arrived(gateway)
    code.refresh_from_db()
    assert (code.texted_at, code.remind_at) == (None, None)


@pytest.mark.django_db
def test_nothing_goes_out_for_a_code_that_was_replaced_or_ran_out(gateway):
    owner_of()
    at = now()
    first, second = ask(at=at), ask(at=at)
    assert not send_text(first.pk, at=at)
    assert not send_text(second.pk, at=at + timedelta(minutes=5))
    assert not arrived(gateway)


@pytest.mark.django_db
def test_a_text_goes_out_once_however_often_workers_are_told(gateway):
    owner_of()
    code = ask()
    assert [send_text(code.pk, at=now()) for _ in range(3)] == [True, False, False]
    assert len(arrived(gateway)) == 1


@pytest.mark.django_db
def test_the_worker_is_told_after_commit(django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr("core.handover.hand_over", lambda *args, **_how: sent.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        code = ask()
        assert not sent
    assert sent == [(TEXT, code.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "how"),
    [("429", {"retry_after": 3}), ("429", {}), ("500", {}), ("dropped", {}), ("timeout", {})],
)
def test_a_gateway_that_fails_gets_the_text_again(gateway, told, settings, kind, how):
    owner_of()
    code = ask()
    gateway.play("sms", kind, count=1, **how)
    at = now()
    patience = settings.SMS_TIMEOUT
    if kind == "timeout":
        settings.SMS_TIMEOUT = 0.5
    assert not send_text(code.pk, at=at)
    settings.SMS_TIMEOUT = patience
    ((task, key, when),) = told
    assert (task, key) == (TEXT, code.pk)
    assert 1 <= when["countdown"] <= 2
    assert not send_text(code.pk, at=at), "not before its time"
    assert send_text(code.pk, at=at + timedelta(seconds=when["countdown"]))
    assert arrived(gateway)[0]["codes"] == [code_for()]


@pytest.mark.django_db
def test_a_receipt_that_cannot_be_read_is_no_reason_to_send_twice(gateway, told):
    owner_of()
    code = ask()
    gateway.play("sms", "broken_body", count=1)
    assert send_text(code.pk, at=now())
    assert len(arrived(gateway)) == 1
    assert not told


@pytest.mark.django_db
def test_a_gateway_that_nobody_listens_at_is_away(settings, told):
    settings.SMS_URL = "http://127.0.0.1:9/sms"
    owner_of()
    assert not send_text(ask().pk, at=now())
    assert len(told) == 1


@pytest.mark.django_db
def test_a_text_is_given_up_when_its_code_is_of_no_use_any_more(gateway, told):
    owner_of()
    code = ask()
    gateway.play("sms", "500")
    at, waits = now(), []
    while newest().failed_at is None:
        send_text(code.pk, at=at)
        waits += [how["countdown"] for _task, _key, how in told[len(waits) :]]
        at += timedelta(seconds=waits[-1])
    assert newest().text_tries == 6
    assert waits == sorted(waits)
    assert len(waits) == 5
    assert at < code.expires_at
    assert not send_text(code.pk, at=at + timedelta(seconds=60))


@pytest.mark.django_db
def test_while_the_gateway_is_away_everybody_hears_it_at_once(gateway, told, api):
    owner_of()
    code = ask()
    gateway.play("sms", "500", count=2)
    at = now()
    send_text(code.pk, at=at)
    assert api.post(SEND, {"phone": OTHER_PHONE}).status_code == 202
    send_text(code.pk, at=at + timedelta(seconds=2))
    for phone in (PHONE, OTHER_PHONE):
        answer = api.post(SEND, {"phone": phone})
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "UNAVAILABLE"
        assert int(answer["Retry-After"]) > 0
    assert send_text(code.pk, at=at + timedelta(seconds=10))
    assert api.post(SEND, {"phone": PHONE}).status_code == 202


@pytest.mark.django_db
def test_a_number_that_the_gateway_refuses_is_not_tried_again(told, monkeypatch):
    class Refusing:
        def send(self, to, text, key):
            raise NumberRefusedError("HTTP 422")

    monkeypatch.setattr(texts, "sender", Refusing)
    owner_of()
    assert not send_text(ask().pk, at=now())
    assert newest().failed_at is not None
    assert not told
    assert not cache.get(AWAY_KEY)


@pytest.mark.django_db
def test_whatever_a_sender_raises_the_text_comes_to_an_end(told, monkeypatch):
    class Broken:
        def send(self, to, text, key):
            raise ZeroDivisionError

    monkeypatch.setattr(texts, "sender", Broken)
    owner_of()
    assert not send_text(ask().pk, at=now())
    assert len(told) == 1


def test_a_key_that_is_refused_is_our_fault_and_not_the_numbers(gateway):
    with pytest.raises(GatewayAwayError, match="401"):
        http(gateway.url, key="another").send(PHONE, "Hello", "one")


def test_a_number_that_is_none_is_refused(gateway):
    with pytest.raises(NumberRefusedError, match="400"):
        http(gateway.url).send("12", "Hello", "one")


def test_errors_of_the_gateway_say_nothing_of_text_and_number(gateway):
    gateway.play("sms", "dropped", count=1)
    with pytest.raises(GatewayAwayError) as error:
        http(gateway.url).send(PHONE, "481207", "one")
    assert PHONE not in str(error.value)
    assert "481207" not in str(error.value)
    assert error.value.__suppress_context__


def http(url, key=KEY):
    return HttpSender(url=f"{url}/sms/messages", key=key, name="ApraNova", seconds=60)


# Without a gateway.


def test_the_log_is_what_there_is_without_a_gateway(settings):
    settings.SMS_URL = ""
    assert isinstance(sender(), ConsoleSender)


@pytest.mark.parametrize("shows_text", [True, False])
def test_a_log_holds_no_code_but_on_a_developers_machine(shows_text, caplog):
    with caplog.at_level(logging.INFO):
        ConsoleSender(shows_text=shows_text).send(PHONE, "481207 is your code", "one")
    said = str([record.msg for record in caplog.records])
    assert ("481207" in said) == shows_text
    assert PHONE not in said
    assert masked(PHONE) in said


@pytest.mark.django_db
def test_no_line_of_the_log_holds_a_code_or_a_whole_phone(gateway, told, api, caplog):
    owner_of()
    gateway.play("sms", "500", count=1)
    with caplog.at_level(logging.DEBUG):
        api.post(SEND, {"phone": PHONE})
        send_text(newest().pk, at=now())
        send_text(newest().pk, at=now() + timedelta(seconds=2))
        for _ in range(3):
            api.post(SEND, {"phone": PHONE})
    said = str([(record.msg, record.args, record.__dict__) for record in caplog.records])
    assert caplog.records
    assert PHONE not in said
    assert code_for() not in said


# What nobody took up.


@pytest.mark.django_db
def test_a_text_that_nobody_took_up_is_handed_out_again(told):
    owner_of()
    at = now()
    code = ask(at=at)
    assert hand_out_missed(at=at) == 0
    assert hand_out_missed(at=at + timedelta(seconds=61)) == 1
    assert told == [(TEXT, code.pk, {})]


@pytest.mark.django_db
def test_a_text_whose_sender_died_is_taken_over(gateway, told, monkeypatch):
    owner_of()
    code = ask()
    at = now()

    class Dying:
        def send(self, to, text, key):
            raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(texts, "sender", Dying)
        with pytest.raises(SystemExit):
            send_text(code.pk, at=at)
    later = at + texts.LEASE
    assert hand_out_missed(at=later) == 1
    assert send_text(code.pk, at=later)
    assert len(arrived(gateway)) == 1


@pytest.mark.django_db
def test_texts_of_no_use_any_more_wait_no_longer(told):
    owner_of()
    at = now()
    ask(at=at)
    ask(OTHER_PHONE, at=at)
    assert hand_out_missed(at=at + timedelta(minutes=6)) == 0
    assert not PhoneCode.objects.filter(remind_at__isnull=False).exists()
    assert newest(PHONE).failed_at is not None
    assert newest(OTHER_PHONE).failed_at is None


@pytest.mark.django_db
def test_codes_of_long_ago_are_forgotten():
    at = now()
    ask(at=at - timedelta(days=31))
    ask(OTHER_PHONE, at=at)
    assert forget_codes(at=at) == 1
    assert forget_phone(OTHER_PHONE) == 1


@pytest.mark.django_db
def test_whoever_is_deactivated_gets_no_text(gateway, superadmin):
    owner = owner_of()
    deactivate_user(owner, by=superadmin, caller=Caller(), at=now())
    send_text(ask().pk, at=now())
    assert not arrived(gateway)


# Figures.


@pytest.mark.django_db
def test_figures_tell_what_became_of_texts(gateway, client, told):
    owner_of()
    owner_of(OTHER_PHONE)
    send_text(ask().pk, at=now())
    ask(OTHER_PHONE)
    ask("+919876522222")
    lines = client.get("/metrics").content.decode().splitlines()
    found = {line for line in lines if line.startswith("apranova_text_messages{")}
    assert found == {
        'apranova_text_messages{status="sent"} 1.0',
        'apranova_text_messages{status="failed"} 0.0',
        'apranova_text_messages{status="waiting"} 1.0',
    }
