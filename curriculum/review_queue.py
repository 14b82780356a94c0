"""The queue of reviews: what it is narrowed to, its order, its counts, and the way through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Count, Min, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TrainerAssignment, User
from curriculum.models import Submission, SubmissionStatus

ON_A_PAGE = 25
BEFORE, AFTER = 4, 12
LONG = timedelta(days=3)
VERY_LONG = timedelta(days=7)
# Long texts that no list shows.
_NOT_IN_LISTS = (
    "deliverable__about",
    "deliverable__rubric",
    "deliverable__project__brief",
    "deliverable__project__goals",
    "deliverable__project__track__description",
)


class QueueState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    ALL = "all", _("All")


class Whose(models.TextChoices):
    MINE = "mine", _("My students")
    POOL = "pool", _("Without a trainer")


@dataclass(frozen=True)
class QueueFilters:
    """What one looks at. The address of each page of the queue holds it, so that it stays so."""

    state: str = QueueState.WAITING
    track: str = ""
    project: int | None = None
    whose: str = ""
    search: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.track or self.project or self.whose or self.search)

    def query(self, **changes: Any) -> str:
        asked: dict[str, Any] = {
            "state": self.state if self.state != QueueState.WAITING else "",
            "track": self.track,
            "project": self.project,
            "whose": self.whose,
            "q": self.search,
            **changes,
        }
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class QueueFacts:
    """Within the filters, whatever the state: how many need somebody, and since when."""

    waiting: int
    changes_requested: int
    oldest: datetime | None
    taken: int

    def count_of(self, state: str) -> int | None:
        """Of states in which work is to be done; what is decided grows for ever, uncounted."""
        known = {
            QueueState.WAITING: self.waiting,
            QueueState.CHANGES_REQUESTED: self.changes_requested,
        }
        return known.get(QueueState(state))


class ReviewQueue:
    """As one person sees it at one moment: what waits oldest first, else the newest first."""

    def __init__(self, user: User, filters: QueueFilters, *, at: datetime) -> None:
        self.user, self.filters, self.at = user, filters, at

    def page(self, number: str) -> Page[Submission]:
        paginator = Paginator(self._shown(self._ordered()), ON_A_PAGE)
        known = self.facts.count_of(self.filters.state)
        paginator.count = self._rows().count() if known is None else known
        return paginator.get_page(number)

    @cached_property
    def facts(self) -> QueueFacts:
        pending = Q(status=SubmissionStatus.PENDING)
        in_hands = pending & Q(claimed_until__gt=self.at) & ~Q(claimed_by=self.user)
        to_do = (SubmissionStatus.PENDING, SubmissionStatus.CHANGES_REQUESTED)
        return QueueFacts(
            **self._narrowed()
            .filter(status__in=to_do)
            .aggregate(
                waiting=Count("pk", filter=pending),
                changes_requested=Count("pk", filter=~pending),
                oldest=Min("submitted_at", filter=pending),
                taken=Count("pk", filter=in_hands),
            )
        )

    def around(self, submission: Submission) -> list[Submission]:
        """It among its neighbours, as far as the filters show it."""
        before = self._shown(self._backwards().filter(self._passed(submission, is_back=True)))
        here_and_on = self._shown(
            self._ordered().filter(Q(pk=submission.pk) | self._passed(submission))
        )
        return [*reversed(before[:BEFORE]), *here_and_on[: AFTER + 1]]

    def next_after(self, submission: Submission) -> Submission | None:
        """Where to go on: after this one, else from the start; past what others have in hand."""
        rows = self._ordered().exclude(pk=submission.pk).free_for(self.user, at=self.at)
        following = rows.filter(self._passed(submission)).first()
        return following or rows.first()

    def neighbours(self, submission: Submission) -> tuple[int | None, int | None]:
        """The keys of the one before and the one after."""
        before = self._backwards().filter(self._passed(submission, is_back=True))
        after = self._ordered().filter(self._passed(submission))
        return (
            before.values_list("pk", flat=True).first(),
            after.values_list("pk", flat=True).first(),
        )

    def first(self, page: Page[Submission]) -> Submission | None:
        """Where to begin; mostly it stands on the page that is shown."""
        if page.number == 1:
            for row in page.object_list:
                if not row.is_claimed_from(self.user, at=self.at):
                    return row
        return next(iter(self.head(1)), None)

    def head(self, size: int) -> list[Submission]:
        """The first few that nobody else has in hand."""
        return list(self._shown(self._ordered().free_for(self.user, at=self.at))[:size])

    def _narrowed(self) -> Any:
        rows = Submission.objects.reviewable_by(self.user)
        filters = self.filters
        if filters.track:
            rows = rows.filter(deliverable__project__track__code=filters.track)
        if filters.project:
            rows = rows.filter(deliverable__project=filters.project)
        if filters.whose == Whose.MINE:
            rows = rows.of_own_students(self.user)
        elif filters.whose == Whose.POOL:
            rows = rows.from_the_pool()
        if filters.search:
            rows = rows.filter(student__in=User.objects.matching(filters.search).values("pk"))
        return rows

    def _rows(self) -> Any:
        status = _status_of(self.filters.state)
        rows = self._narrowed()
        return rows.filter(status=status) if status else rows

    def _ordered(self) -> Any:
        return self._rows().order_by(*self._order())

    def _backwards(self) -> Any:
        return self._rows().order_by(*self._order()).reverse()

    def _order(self) -> tuple[str, str]:
        return ("submitted_at", "pk") if self._is_oldest_first else ("-submitted_at", "-pk")

    @property
    def _is_oldest_first(self) -> bool:
        return self.filters.state == QueueState.WAITING

    def _passed(self, submission: Submission, *, is_back: bool = False) -> Q:
        """What comes after it in the order of the queue, or before it."""
        beyond = "gt" if self._is_oldest_first != is_back else "lt"
        moment, key = submission.submitted_at, submission.pk
        return Q(**{f"submitted_at__{beyond}": moment}) | Q(
            submitted_at=moment, **{f"pk__{beyond}": key}
        )

    def _shown(self, rows: Any) -> Any:
        running = TrainerAssignment.objects.running().select_related("trainer")
        trainers = Prefetch("student__assignments_as_student", running, "running_assignments")
        return rows.with_what_for().defer(*_NOT_IN_LISTS).prefetch_related(trainers)


def waiting_for(user: User) -> int:
    """How many wait for this person: asked on every page."""
    rows: Any = Submission.objects.waiting().reviewable_by(user)
    return int(rows.count())


def urgency_of(since: datetime, *, at: datetime) -> str:
    """The tone in which a wait is told."""
    waited = at - since
    if waited >= VERY_LONG:
        return "negative"
    return "caution" if waited >= LONG else "neutral"


def _status_of(state: str) -> str:
    """None for all of them."""
    if state == QueueState.ALL:
        return ""
    return SubmissionStatus.PENDING if state == QueueState.WAITING else state
