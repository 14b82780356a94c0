"""Which trainer looks after which student, in the admin of people."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.actions.audit import history_of
from accounts.actions.trainers import (
    assign_trainer,
    assign_trainer_with_most_room,
    unassign_trainer,
)
from accounts.models import TrainerAssignment, User
from core.policies import can

MOST_TRAINERS = 200
HISTORY_LENGTH = 20

Rows: TypeAlias = "models.QuerySet[User]"


class TrainerForm(forms.Form):
    """Those who have room, the emptiest first."""

    trainer = forms.ChoiceField(label=_("Trainer"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trainers = User.objects.trainers().active().with_places().filter(free_places__gt=0)
        roomiest = trainers.order_by("-free_places", "name", "pk")[:MOST_TRAINERS]
        self.fields["trainer"].choices = [  # type: ignore[attr-defined]
            (str(each.pk), _with_room(each)) for each in roomiest
        ]


class LookingAfter:
    """For the admin of people."""

    def has_assign_trainer_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.assign_trainer")

    @admin.action(description=_("Assign a trainer…"), permissions=["assign_trainer"])
    def assign_trainer(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """Asks which one, and comes back here with the answer."""
        form = TrainerForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._ask_for_trainer(request, queryset, form)
        trainer = User.objects.get(pk=form.cleaned_data["trainer"])
        self._act(request, queryset, lambda user, who: assign_trainer(user, trainer=trainer, **who))
        return None

    @admin.action(
        description=_("Assign the trainer with most room"), permissions=["assign_trainer"]
    )
    def assign_automatically(self, request: HttpRequest, queryset: Rows) -> None:
        self._act(request, queryset, lambda user, who: assign_trainer_with_most_room(user, **who))

    @admin.action(description=_("Leave without a trainer"), permissions=["assign_trainer"])
    def unassign_trainer(self, request: HttpRequest, queryset: Rows) -> None:
        self._act(request, queryset, lambda user, who: unassign_trainer(user, **who))

    @admin.display(description=_("trainer"))
    def trainer(self, user: User) -> str:
        return str(user.assigned_trainer or "")

    @admin.display(description=_("the newest first"))
    def assignments(self, user: User) -> str:
        concerned = models.Q(student=user) | models.Q(trainer=user)
        newest = TrainerAssignment.objects.filter(concerned).select_related("student", "trainer")
        context = {"assignments": newest.order_by("-started_at", "-pk")[:HISTORY_LENGTH]}
        return render_to_string("admin/accounts/assignments.html", context)

    @admin.display(description=_("what was done"))
    def recent_acts(self, user: User) -> str:
        context = {"entries": history_of(user)[:HISTORY_LENGTH]}
        return render_to_string("admin/accounts/recent_acts.html", context)

    def _act(
        self, request: HttpRequest, queryset: Rows, act: Callable[[User, dict[str, Any]], object]
    ) -> None:
        who = self._who(request)  # type: ignore[attr-defined]
        self.act_on_each(request, queryset, lambda user: act(user, who))  # type: ignore[attr-defined]

    def _ask_for_trainer(
        self, request: HttpRequest, queryset: Rows, form: TrainerForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Assign a trainer"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "form": form,
            "people": queryset,
        }
        return TemplateResponse(request, "admin/accounts/assign_trainer.html", context)


def _with_room(trainer: Any) -> str:
    free = trainer.free_places
    room = ngettext("%(n)d place free", "%(n)d places free", free) % {"n": free}
    about = " · ".join([*trainer.tracks, room])
    return f"{trainer} ({about})"
