"""The outbox's rows: what happened, and who has heard of it."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.events.querysets import EventDeliveryQuerySet
from core.handover import WaitingRow
from core.trace import REQUEST_ID_LENGTH

WAITING = Q(delivered_at=None, given_up_at=None)


class Event(models.Model):
    """A fact, as it was recorded in the transaction that made it true."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100)
    payload = models.JSONField(_("payload"))
    # No foreign key: a fact outlives the account of whoever caused it.
    by_id = models.BigIntegerField(_("by"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=REQUEST_ID_LENGTH, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["name", "recorded_at"], name="event_by_name"),
            models.Index(fields=["recorded_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class EventDelivery(WaitingRow):
    """What one receiver has made of one event: it waits, was delivered, or was given up."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    receiver = models.CharField(_("receiver"), max_length=200)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)

    objects = EventDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("event delivery")
        verbose_name_plural = _("event deliveries")
        constraints = [
            models.UniqueConstraint(fields=["event", "receiver"], name="event_delivery_unique"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(given_up_at=None),
                name="event_delivery_ends_one_way",
            ),
        ]
        indexes = [
            models.Index(fields=["remind_at"], name="event_delivery_waiting", condition=WAITING),
            models.Index(
                fields=["given_up_at"],
                name="event_delivery_given_up",
                condition=Q(given_up_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} > {self.receiver}"

    @property
    def is_waiting(self) -> bool:
        return self.delivered_at is None and self.given_up_at is None
