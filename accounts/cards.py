"""What accounts shows on the admin's first page."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import SignIn, User
from accounts.roles import Role
from core.backoffice.cards import Bar, Card

DAYS = 14


def people_by_role(at: datetime) -> Card:
    counted = User.objects.active().values_list("role").annotate(people=Count("pk"))
    people: dict[str, int] = dict(counted)
    return Card(
        title=_("People"),
        figure=sum(people.values()),
        caption=_("with an open account, by role"),
        bars=[Bar(role.label, people.get(role.value, 0)) for role in Role],
        link=reverse("admin:accounts_user_changelist"),
    )


def sign_ins_by_day(at: datetime) -> Card:
    today = timezone.localdate(at)
    days = [today - timedelta(days=past) for past in reversed(range(DAYS))]
    since = at - timedelta(days=DAYS)
    counted = (
        SignIn.objects.filter(created_at__gt=since)
        .values_list(TruncDate("created_at"))
        .annotate(sign_ins=Count("pk"))
    )
    sign_ins = dict(counted)
    bars = [Bar(date_format(day, "M j"), sign_ins.get(day, 0)) for day in days]
    return Card(
        title=_("Sign-ins"),
        figure=sum(bar.value for bar in bars),
        caption=_("over the last 14 days"),
        bars=bars,
        link=reverse("admin:accounts_signin_changelist"),
    )
