"""The outbox: what happened, who has heard of it, and delivering it again."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.clock import now
from core.events.actions import replay
from core.events.models import Event, EventDelivery


class DeliveryState(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", _("Waiting")),
            ("delivered", _("Delivered")),
            ("given_up", _("Given up")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[EventDelivery]
    ) -> models.QuerySet[EventDelivery]:
        if self.value() == "waiting":
            return queryset.filter(delivered_at=None, given_up_at=None)
        if self.value() == "delivered":
            return queryset.filter(delivered_at__isnull=False)
        if self.value() == "given_up":
            return queryset.filter(given_up_at__isnull=False)
        return queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("name", "recorded_at", "by_id", "request_id")
    list_filter = (("recorded_at", admin.DateFieldListFilter),)
    search_fields = ("name__startswith", "=request_id")
    search_help_text = _("The beginning of an event's name, or a request id")
    ordering = ("-recorded_at",)
    fields = ("id", "name", "payload", "by_id", "request_id", "recorded_at")
    actions = ("deliver_again",)

    @admin.action(description=_("Deliver to every receiver again"), permissions=["operate"])
    def deliver_again(self, request: HttpRequest, queryset: models.QuerySet[Event]) -> None:
        self.act_on_each(
            request,
            queryset,
            lambda event: replay(Event.objects.filter(pk=event.pk), at=now()),
            audited_as="core.event_replayed",
        )


@admin.register(EventDelivery)
class EventDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("event_name", "receiver", "tries", "due_at", "delivered_at", "given_up_at")
    list_filter = (DeliveryState,)
    list_select_related = ("event",)
    search_fields = ("event__name__startswith", "receiver__startswith")
    search_help_text = _("The beginning of an event's or a receiver's name")
    ordering = ("-pk",)
    fields = ("event", "receiver", "tries", "last_error", "due_at", "delivered_at", "given_up_at")
    actions = ("deliver_again",)

    @admin.display(description=_("event"), ordering="event__name")
    def event_name(self, delivery: EventDelivery) -> str:
        return delivery.event.name

    @admin.action(description=_("Deliver again"), permissions=["operate"])
    def deliver_again(self, request: HttpRequest, queryset: models.QuerySet[EventDelivery]) -> None:
        self.act_on_each(
            request,
            queryset,
            lambda delivery: replay(
                Event.objects.filter(pk=delivery.event_id), at=now(), receiver=delivery.receiver
            ),
            audited_as="core.event_replayed",
        )
