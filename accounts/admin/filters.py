"""By what people are picked out of their list in the admin."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.second_factors import SECOND_FACTORS
from accounts.models import User
from core.keys import is_key

NOBODY = "none"
MOST_TRAINERS = 100


class Trainer(admin.SimpleListFilter):
    title = _("trainer")
    parameter_name = "trainer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        trainers = User.objects.trainers().active().order_by("name", "pk")[:MOST_TRAINERS]
        return [(NOBODY, _("Without a trainer")), *((str(each.pk), str(each)) for each in trainers)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        if value == NOBODY:
            return queryset.without_trainer()
        if is_key(value):
            return queryset.looked_after_by(int(value))
        return queryset


class MainTrack(admin.AllValuesFieldListFilter):
    """Those on none have an entry with a name."""

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("None yet")}


class YesOrNo(admin.SimpleListFilter):
    """By whether there is a row that `rows` finds for a person."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() not in ("yes", "no"):
            return queryset
        there = Exists(self.rows())
        return queryset.filter(there if self.value() == "yes" else ~there)


class Proven(YesOrNo):
    title = _("address proven")
    parameter_name = "proven"

    def rows(self) -> QuerySet[Any]:
        return EmailAddress.objects.filter(
            user=OuterRef("pk"), email=OuterRef("email"), verified=True
        )


class SecondFactor(YesOrNo):
    title = _("second factor")
    parameter_name = "second_factor"

    def rows(self) -> QuerySet[Any]:
        return Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
