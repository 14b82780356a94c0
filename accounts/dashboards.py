"""What accounts puts on the first page behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.addresses import has_proven_address
from accounts.cards import people_by_role, sign_ins_by_day
from accounts.models import User
from accounts.roles import Role
from accounts.rules import TRAINER_PLACES
from core.backoffice.cards import admin_cards
from core.dashboards import DashboardCard, Place
from core.events.models import EventDelivery
from core.mail.models import Mail
from core.tables import Heading

Content = Mapping[str, Any] | None


def what_failed(user: User, at: datetime) -> Content:
    """What the platform has given up on waits for somebody who looks after it."""
    mails, events = Mail.objects.failed().count(), EventDelivery.objects.given_up().count()
    if mails:
        title = ngettext("%(n)d mail could not be sent", "%(n)d mails could not be sent", mails)
        return {"title": title % {"n": mails}, "href": reverse("admin:core_mail_changelist")}
    if events:
        title = ngettext("%(n)d event was not delivered", "%(n)d events were not delivered", events)
        return {
            "title": title % {"n": events},
            "href": reverse("admin:core_eventdelivery_changelist"),
        }
    return None


def all_is_well(user: User, at: datetime) -> Content:
    """For those who look after the platform, when nothing failed."""
    return {}


def nothing_waits(user: User, at: datetime) -> Content:
    """When nobody has anything for them: so much, and where to look meanwhile."""
    return {}


def unproven_address(user: User, at: datetime) -> Content:
    """Whoever registers is a student, and may come in before they confirm where mails let them."""
    if user.role != Role.STUDENT or has_proven_address(user):
        return None
    return {"email": user.email}


def own_students(user: User, at: datetime) -> Content:
    """Whom a trainer looks after, by name: twenty at most."""
    if user.role != Role.TRAINER:
        return None
    students = User.objects.looked_after_by(user).order_by("name", "pk")
    return {"students": list(students), "places": TRAINER_PLACES}


def own_trainer(user: User, at: datetime) -> Content:
    if user.role != Role.STUDENT:
        return None
    return {"trainer": user.assigned_trainer}


def without_trainer(user: User, at: datetime) -> Content:
    """Whoever looks after the platform sees whom nobody looks after."""
    students = User.objects.active().without_trainer().count()
    if not students:
        return None
    people = reverse("admin:accounts_user_changelist")
    return {"students": students, "href": f"{people}?trainer=none&is_active__exact=1"}


def profile(user: User, at: datetime) -> Content:
    known = {
        _("Role"): user.get_role_display(),
        _("Track"): user.track,
        _("Phone"): user.phone,
        _("Time zone"): user.time_zone,
        _("Language"): dict(settings.LANGUAGES).get(user.locale, ""),
    }
    return {"facts": [(name, value) for name, value in known.items() if value], "user": user}


def platform_figures(user: User, at: datetime) -> Content:
    """Whatever the admin's first page counts, but for what has a card of its own here."""
    own = (people_by_role, sign_ins_by_day)
    return {"figures": [make(at) for _name, make in admin_cards if make not in own]}


def people(user: User, at: datetime) -> Content:
    return {"people": people_by_role(at)}


def sign_ins(user: User, at: datetime) -> Content:
    headings = [Heading(_("Day"), "text", "", ""), Heading(_("Sign-ins"), "number", "", "")]
    return {"sign_ins": sign_ins_by_day(at), "headings": headings}


EVERYBODY, STAFF_ONLY = "accounts.see_dashboard", "core.enter_admin"
CARDS = {
    "what failed": DashboardCard(
        Place.NEXT, "accounts/cards/what_failed.html", STAFF_ONLY, 10, what_failed
    ),
    "all is well": DashboardCard(
        Place.NEXT, "accounts/cards/all_is_well.html", STAFF_ONLY, 990, all_is_well
    ),
    "nothing waits": DashboardCard(
        Place.NEXT, "accounts/cards/nothing_waits.html", EVERYBODY, 1000, nothing_waits
    ),
    "figures": DashboardCard(
        Place.STATS, "accounts/cards/figures.html", STAFF_ONLY, 100, platform_figures
    ),
    "without a trainer": DashboardCard(
        Place.STATS, "accounts/cards/without_trainer.html", STAFF_ONLY, 90, without_trainer
    ),
    "unproven address": DashboardCard(
        Place.MAIN, "accounts/cards/unproven_address.html", EVERYBODY, 10, unproven_address
    ),
    "own students": DashboardCard(
        Place.MAIN, "accounts/cards/own_students.html", EVERYBODY, 150, own_students
    ),
    "own trainer": DashboardCard(
        Place.ASIDE, "accounts/cards/own_trainer.html", EVERYBODY, 150, own_trainer
    ),
    "sign-ins": DashboardCard(
        Place.MAIN, "accounts/cards/sign_ins.html", STAFF_ONLY, 100, sign_ins
    ),
    "people": DashboardCard(Place.ASIDE, "accounts/cards/people.html", STAFF_ONLY, 100, people),
    "profile": DashboardCard(Place.ASIDE, "accounts/cards/profile.html", EVERYBODY, 200, profile),
}
