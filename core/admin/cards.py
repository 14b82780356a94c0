"""What the floor shows on the admin's first page: what failed day by day, and what waits."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.backoffice.cards import Card, admin_cards, bars_by_day
from core.events.models import EventDelivery
from core.events.stats import outbox_backlog
from core.jobs.models import Job
from core.jobs.states import JobStatus
from core.jobs.stats import jobs_by_status
from core.mail.models import Mail
from core.mail.stats import mail_backlog


def jobs_card(at: datetime) -> Card:
    failed = Job.objects.filter(status=JobStatus.FAILED)
    bars = bars_by_day(failed, "finished_at", at=at)
    jobs = jobs_by_status()
    waiting = jobs[JobStatus.QUEUED]
    return Card(
        title=_("Jobs that failed"),
        figure=sum(bar.value for bar in bars),
        caption=_over_two_weeks(waiting),
        bars=bars,
        link=f"{reverse('admin:core_job_changelist')}?status__exact={JobStatus.FAILED}",
    )


def mails_card(at: datetime) -> Card:
    bars = bars_by_day(Mail.objects.failed(), "failed_at", at=at)
    return Card(
        title=_("Mails that failed"),
        figure=sum(bar.value for bar in bars),
        caption=_over_two_weeks(mail_backlog().waiting),
        bars=bars,
        link=f"{reverse('admin:core_mail_changelist')}?status__exact=failed",
    )


def events_card(at: datetime) -> Card:
    bars = bars_by_day(EventDelivery.objects.given_up(), "given_up_at", at=at)
    return Card(
        title=_("Events given up"),
        figure=sum(bar.value for bar in bars),
        caption=_over_two_weeks(outbox_backlog().waiting),
        bars=bars,
        link=f"{reverse('admin:core_eventdelivery_changelist')}?state=given_up",
    )


def _over_two_weeks(waiting: int) -> str:
    said = ngettext(
        "over the last 14 days; %(n)d waits", "over the last 14 days; %(n)d wait", waiting
    )
    return said % {"n": waiting}


admin_cards.register("6 jobs", jobs_card)
admin_cards.register("7 mails", mails_card)
admin_cards.register("8 events", events_card)
