"""What accounts shows on the admin's first page."""

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountClosing, AuditEntry, SignIn, User
from accounts.roles import Role
from core.backoffice.cards import Bar, Card, Text, bars_by_day

LAST_DAYS = _("over the last 14 days")


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


def active_students(at: datetime) -> Card:
    """Seen at all: each counts once, wherever they are signed in."""
    spans = {"day": (_("Today"), 1), "week": (_("7 days"), 7), "month": (_("30 days"), 30)}
    seen = SignIn.objects.filter(
        user__role=Role.STUDENT, impersonator=None, last_seen_at__gt=at - timedelta(days=30)
    ).aggregate(
        **{
            name: Count("user", filter=Q(last_seen_at__gt=at - timedelta(days=days)), distinct=True)
            for name, (_label, days) in spans.items()
        }
    )
    return Card(
        title=_("Active students"),
        figure=seen["week"],
        caption=_("seen in the last 7 days"),
        bars=[Bar(label, seen[name]) for name, (label, _days) in spans.items()],
        link=f"{reverse('admin:accounts_user_changelist')}?role__exact={Role.STUDENT}",
    )


def sign_ups_by_day(at: datetime) -> Card:
    bars = bars_by_day(User.objects.all(), "joined_at", at=at)
    return _daily(_("Sign-ups"), bars, reverse("admin:accounts_user_changelist"))


def sign_ins_by_day(at: datetime) -> Card:
    bars = bars_by_day(SignIn.objects.filter(impersonator=None), "created_at", at=at)
    return _daily(_("Sign-ins"), bars, reverse("admin:accounts_signin_changelist"))


def failed_sign_ins_by_day(at: datetime) -> Card:
    failed = "accounts.sign_in_failed"
    bars = bars_by_day(AuditEntry.objects.filter(action=failed), "at", at=at)
    log = reverse("admin:accounts_auditentry_changelist")
    return _daily(_("Failed sign-ins"), bars, f"{log}?action={failed}")


def closings_due_by_day(at: datetime) -> Card:
    is_open = AccountClosing.objects.filter(cancelled_at=None, erased_at=None)
    bars = bars_by_day(is_open, "due_at", at=at, ahead=True)
    return Card(
        title=_("Accounts that close"),
        figure=sum(bar.value for bar in bars),
        caption=_("over the next 14 days"),
        bars=bars,
    )


def _daily(title: Text, bars: list[Bar], link: str) -> Card:
    figure = sum(bar.value for bar in bars)
    return Card(title=title, figure=figure, caption=LAST_DAYS, bars=bars, link=link)
