"""What curriculum shows on the admin's first page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.backoffice.cards import Bar, Card, bars_by_day
from curriculum.models import Enrollment, Revision, Submission, SubmissionStatus, Track


def work_by_day(at: datetime) -> Card:
    bars = bars_by_day(Revision.objects.all(), "submitted_at", at=at)
    return Card(
        title=_("Work handed in"),
        figure=sum(bar.value for bar in bars),
        caption=_("over the last 14 days"),
        bars=bars,
        link=reverse("admin:curriculum_submission_changelist"),
    )


def waiting_for_review(at: datetime) -> Card:
    """By how long the student waits, which is what matters to them."""
    day, week = at - timedelta(days=1), at - timedelta(days=7)
    counted = Submission.objects.waiting().aggregate(
        today=Count("pk", filter=Q(submitted_at__gt=day)),
        week=Count("pk", filter=Q(submitted_at__lte=day, submitted_at__gt=week)),
        longer=Count("pk", filter=Q(submitted_at__lte=week)),
    )
    submissions = reverse("admin:curriculum_submission_changelist")
    return Card(
        title=_("Waits for review"),
        figure=sum(counted.values()),
        caption=_("by how long"),
        bars=[
            Bar(_("Up to a day"), counted["today"]),
            Bar(_("Up to a week"), counted["week"]),
            Bar(_("Longer"), counted["longer"]),
        ],
        link=f"{submissions}?status__exact={SubmissionStatus.PENDING}",
    )


def students_by_track(at: datetime) -> Card:
    """Those who may work on it now; whoever is on two tracks counts on both."""
    living = Enrollment.objects.with_access(at).of_active_students()
    counted = dict(living.order_by().values_list("track").annotate(many=Count("pk")))
    tracks = Track.objects.published()
    return Card(
        title=_("On a track"),
        figure=sum(counted.values()),
        caption=_("students with access, by track"),
        bars=[Bar(track.name, counted.get(track.pk, 0)) for track in tracks],
        link=f"{reverse('admin:curriculum_enrollment_changelist')}?access=living",
    )
