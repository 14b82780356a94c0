"""What is forgotten, what is told again, and the figures."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from core.events.actions import deliver, hand_out_missed, purge, record
from core.events.models import Event, EventDelivery
from core.events.stats import OutboxBacklog, outbox_backlog
from core.events.tests.samples import ECHO, NEIGHBOUR, EchoHeard

DAYS = timedelta(days=1)


@pytest.fixture
def deliver_all(db):
    def delivered() -> None:
        for delivery in EventDelivery.objects.waiting():
            assert deliver(delivery.pk, at=delivery.due_at)

    return delivered


@pytest.fixture
def given_up(delivery_to, at) -> EventDelivery:
    delivery = delivery_to(ECHO)
    EventDelivery.objects.filter(pk=delivery.pk).update(given_up_at=at, tries=12)
    return delivery


def replay(capsys, *how: str) -> str:
    call_command("replay_events", *how)
    return capsys.readouterr().out


class TestPurging:
    def test_old_events_are_forgotten_with_their_deliveries(self, ring, at, deliver_all):
        ring()
        deliver_all()
        assert purge(at=at + 89 * DAYS, keep_days=90) == 0
        purge(at=at + 91 * DAYS, keep_days=90)
        assert not EventDelivery.objects.exists()
        assert not Event.objects.filter(name="core.bell_rung").exists()

    def test_an_event_that_nobody_listens_to_is_forgotten_too(self, db, at):
        record(EchoHeard(of="", heard_by=""), by=None, at=at)
        assert purge(at=at + 91 * DAYS, keep_days=90) == 1

    @pytest.mark.parametrize("is_given_up", [False, True])
    def test_an_event_that_somebody_has_not_heard_of_stays(self, ring, at, is_given_up):
        event = ring()
        unheard = event.deliveries.get(receiver=ECHO)
        event.deliveries.filter(receiver=NEIGHBOUR).update(delivered_at=at)
        if is_given_up:
            EventDelivery.objects.filter(pk=unheard.pk).update(given_up_at=at)
        assert purge(at=at + 91 * DAYS, keep_days=90) == 0


class TestReplaying:
    def test_an_event_is_delivered_again_to_everybody(self, ring, at, deliver_all, capsys):
        event = ring()
        deliver_all()
        assert replay(capsys, "--id", str(event.pk)) == "2 deliveries will be made again.\n"
        deliver_all()
        assert Event.objects.filter(payload__of=str(event.pk)).count() == 4
        assert not event.deliveries.filter(delivered_at=None).exists()

    def test_workers_are_told_of_what_is_replayed(self, ring, deliver_all, capsys):
        event = ring()
        deliver_all()
        replay(capsys, "--id", str(event.pk))
        delivery = event.deliveries.first()
        assert hand_out_missed(at=delivery.due_at) == 2
        assert deliver(delivery.pk, at=delivery.due_at)

    def test_a_receiver_that_came_later_hears_of_what_was_before(
        self, ring, deliver_all, capsys, monkeypatch
    ):
        event = ring()
        deliver_all()
        EventDelivery.objects.filter(receiver=ECHO).delete()
        replay(capsys, "--name", "core.bell_rung", "--receiver", ECHO)
        assert event.deliveries.get(receiver=ECHO).is_waiting
        assert not event.deliveries.get(receiver=NEIGHBOUR).is_waiting

    def test_only_what_was_given_up_is_replayed_on_request(self, given_up, capsys):
        assert replay(capsys, "--given-up") == "1 deliveries will be made again.\n"
        given_up.refresh_from_db()
        assert (given_up.is_waiting, given_up.tries) == (True, 0)

    def test_a_dry_run_changes_nothing(self, given_up, capsys, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as callbacks:
            told = replay(capsys, "--given-up", "--dry-run")
        assert told == "1 deliveries would be made again.\n"
        assert callbacks == []
        given_up.refresh_from_db()
        assert not given_up.is_waiting

    def test_events_are_chosen_by_time(self, ring, at, deliver_all, capsys):
        ring()
        assert replay(capsys, "--since", "2026-11-20T12:00", "--until", "2026-11-21").startswith(
            "2"
        )
        assert replay(capsys, "--until", "2026-11-20T12:00").startswith("0")
        assert replay(capsys, "--since", "2026-11-20T12:00:01").startswith("0")

    @pytest.mark.parametrize(
        ("how", "complaint"),
        [
            ([], "Say which"),
            (["--name", "core.unheard_of"], "No event is called"),
            (["--name", "core.bell_rung", "--receiver", "nobody"], "No receiver is called"),
            (["--since", "yesterday"], "no moment"),
            (["--id", "7"], "invalid UUID"),
        ],
    )
    def test_what_is_unclear_is_refused(self, db, how, complaint):
        with pytest.raises(CommandError, match=complaint):
            call_command("replay_events", *how)


def test_the_backlog_tells_what_waits_and_since_when(ring, given_up, at, deliver_all):
    EventDelivery.objects.waiting().update(delivered_at=at)
    assert outbox_backlog() == OutboxBacklog(waiting=0, given_up=1, oldest_due_at=None)
    ring()
    assert outbox_backlog() == OutboxBacklog(waiting=2, given_up=1, oldest_due_at=at)
