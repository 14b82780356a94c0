"""What the floor shows on the admin's first page: what waits, and what failed."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.backoffice.cards import Bar, Card, admin_cards
from core.events.stats import outbox_backlog
from core.jobs.states import JobStatus
from core.jobs.stats import jobs_by_status
from core.mail.stats import mail_backlog


def jobs_card(at: datetime) -> Card:
    jobs = jobs_by_status()
    return Card(
        title=_("Jobs"),
        figure=sum(jobs.values()),
        caption=_("kept, in every state"),
        bars=[Bar(JobStatus(status).label, count) for status, count in jobs.items()],
        link=reverse("admin:core_job_changelist"),
    )


def mails_card(at: datetime) -> Card:
    mails = mail_backlog()
    return Card(
        title=_("Mails"),
        figure=mails.waiting + mails.failed,
        caption=_("waiting or failed"),
        bars=[Bar(_("Waiting"), mails.waiting), Bar(_("Failed"), mails.failed)],
        link=reverse("admin:core_mail_changelist"),
    )


def events_card(at: datetime) -> Card:
    outbox = outbox_backlog()
    return Card(
        title=_("Events"),
        figure=outbox.waiting + outbox.given_up,
        caption=_("not delivered"),
        bars=[Bar(_("Waiting"), outbox.waiting), Bar(_("Given up"), outbox.given_up)],
        link=reverse("admin:core_eventdelivery_changelist"),
    )


admin_cards.register("3 jobs", jobs_card)
admin_cards.register("4 mails", mails_card)
admin_cards.register("5 events", events_card)
