"""The demo's learning: two cohorts under way, with work in every state, by the real actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction

from accounts.demo import DOMAIN, LOOKED_AFTER, STUDENTS, TIME_ZONE
from accounts.models import User
from curriculum.actions.cohorts import extend, join_cohort, make_cohort
from curriculum.actions.comments import save_phrase, write_comment
from curriculum.actions.enrollment import enroll
from curriculum.actions.reviews import Points, reopen_submission, review_submission
from curriculum.actions.steps import complete_step
from curriculum.actions.submissions import HandedIn, revise_work, submit_work
from curriculum.demo_words import COMMENTS, FEEDBACK, NOTES, PHRASES, README, REWORK
from curriculum.loading import load_own_content
from curriculum.models import (
    Cohort,
    Decision,
    Deliverable,
    DeliverableKind,
    Enrollment,
    Project,
    Submission,
    Track,
)

WEEKS_UNDER_WAY = 3
COHORTS = {"FSD": "Full stack, autumn", "DP": "Data, autumn"}
TRACK_NAMES = tuple(COHORTS)


@dataclass(frozen=True)
class Way:
    """How far somebody has come: whole projects, then steps of the next one and what became of it.

    `fate` is the status of the first deliverable of that project, `idle_days` how long ago the
    last thing happened.
    """

    number: int
    projects: int
    steps: int
    fate: str = ""
    idle_days: float = 1


WAYS = {
    "FSD": (
        Way(1, projects=2, steps=3, fate="changes_requested", idle_days=0.3),
        Way(2, projects=1, steps=4, fate="pending", idle_days=2.5),
        Way(3, projects=3, steps=2, fate="pending", idle_days=0.1),
        Way(4, projects=0, steps=3, fate="rejected", idle_days=9),
    ),
    "DP": (
        Way(11, projects=2, steps=4, fate="pending", idle_days=4),
        Way(12, projects=1, steps=2, idle_days=8),
        Way(13, projects=0, steps=4, fate="reopened", idle_days=1.5),
        Way(14, projects=3, steps=1, fate="changes_requested", idle_days=0.5),
    ),
}


@transaction.atomic
def make_learning(at: datetime) -> None:
    load_own_content(at)
    people = _people()
    for code in TRACK_NAMES:
        track = Track.objects.filter(code=code).first()
        if track is not None and not Cohort.objects.filter(track=track).exists():
            _make_class(track, people, at)


def is_learning_made() -> bool:
    """As long as its people are there, everybody of them is on a track."""
    students = [f"{_login(number)}@{DOMAIN}" for number in range(1, len(STUDENTS) + 1)]
    enrolled = Enrollment.objects.filter(student__email__in=students).values("student").distinct()
    return enrolled.count() == len(students)


def _make_class(track: Track, people: dict[str, User], at: datetime) -> None:
    began = at - timedelta(weeks=WEEKS_UNDER_WAY)
    trainer, admin = people["trainer"], people["admin"]
    for number in _students_of(track):
        enroll(people[_login(number)], track=track, by=people[_login(number)], at=began)
    cohort = make_cohort(
        name=COHORTS[track.code],
        track=track,
        starts_on=began.date(),
        time_zone=TIME_ZONE,
        trainers=[trainer],
        by=admin,
        at=began - timedelta(days=10),
    )
    for number in set(_students_of(track)) & set(LOOKED_AFTER["trainer"]):
        join_cohort(cohort, student=people[_login(number)], by=admin, at=began)
    for label, text in PHRASES.items():
        save_phrase(trainer, label=label, text=text, at=began)
    for way in WAYS[track.code]:
        _Walk(track, people[_login(way.number)], trainer, way, began=began, at=at).go()


class _Walk:
    """One student's weeks, told to the actions in the order in which they happened."""

    def __init__(
        self,
        track: Track,
        student: User,
        trainer: User,
        way: Way,
        *,
        began: datetime,
        at: datetime,
    ) -> None:
        self._student = student
        self._trainer = trainer
        self._way = way
        self._projects = list(Project.objects.filter(track=track).order_by("number").with_parts())
        self._moment = began
        moves = max(1, self._moves())
        self._pace = (at - timedelta(days=way.idle_days) - began) / moves

    def go(self) -> None:
        for project in self._projects[: self._way.projects]:
            self._finish(project)
        for project in self._projects[self._way.projects :][:1]:
            self._begin(project)

    def _moves(self) -> int:
        whole = self._projects[: self._way.projects]
        return (
            self._way.steps
            + 4
            + sum(len(each.living_steps) + 2 * len(each.living_deliverables) + 2 for each in whole)
        )

    def _finish(self, project: Project) -> None:
        for step in project.living_steps:
            complete_step(step, by=self._student, at=self._next())
        for place, deliverable in enumerate(project.living_deliverables):
            submission = self._hand_in(deliverable)
            if place == 0 and project.number == 1:
                self._review(submission, Decision.CHANGES_REQUESTED)
                note = REWORK[self._way.number % len(REWORK)]
                work = HandedIn(url=self._url(deliverable), note=note, uploads=_files(deliverable))
                revise_work(submission, work=work, by=self._student, at=self._next())
            self._review(submission, Decision.APPROVED)

    def _begin(self, project: Project) -> None:
        for step in project.living_steps[: self._way.steps]:
            complete_step(step, by=self._student, at=self._next())
        if not self._way.fate:
            return
        submission = self._hand_in(project.living_deliverables[0])
        if self._way.fate == "changes_requested":
            self._review(submission, Decision.CHANGES_REQUESTED)
            comment = COMMENTS[self._way.number % len(COMMENTS)]
            write_comment(submission, body=comment, by=self._student, at=self._next())
        elif self._way.fate == "rejected":
            self._review(submission, Decision.REJECTED)
        elif self._way.fate == "reopened":
            self._review(submission, Decision.REJECTED)
            reason = "The first files were the wrong ones; hand in those of this project."
            reopen_submission(submission, reason=reason, by=self._trainer, at=self._next())
            extend(
                self._student,
                project=project,
                due_on=(self._moment + timedelta(days=10)).date(),
                reason="Was ill for a week.",
                by=self._trainer,
                at=self._next(),
            )

    def _hand_in(self, deliverable: Deliverable) -> Submission:
        note = NOTES[(deliverable.pk + self._way.number) % len(NOTES)]
        work = HandedIn(url=self._url(deliverable), note=note, uploads=_files(deliverable))
        return submit_work(deliverable, work=work, by=self._student, at=self._next())

    def _review(self, submission: Submission, decision: Decision) -> None:
        criteria = submission.deliverable.criteria
        share = {Decision.APPROVED: 9, Decision.CHANGES_REQUESTED: 6, Decision.REJECTED: 2}
        words = FEEDBACK[decision.value]
        review_submission(
            submission,
            decision=decision,
            feedback=words[(submission.deliverable_id + self._way.number) % len(words)],
            points=[
                Points(each.key, max(0, each.points * share[decision] // 10)) for each in criteria
            ],
            by=self._trainer,
            at=self._next(),
        )

    def _url(self, deliverable: Deliverable) -> str:
        login = self._student.name.lower().replace(" ", "-").replace("'", "")
        repository = f"https://github.com/{login}/{deliverable.project.template or 'work'}"
        return {
            DeliverableKind.REPOSITORY: repository,
            DeliverableKind.PULL_REQUEST: f"{repository}/pull/{deliverable.number}",
            DeliverableKind.LINK: f"{repository}/wiki",
            DeliverableKind.DASHBOARD: f"https://dashboards.example.org/{login}/{deliverable.key}",
            DeliverableKind.DEPLOYED_URL: f"https://{login}.example.org/{deliverable.key}",
        }.get(DeliverableKind(deliverable.kind), "")

    def _next(self) -> datetime:
        self._moment += self._pace
        return self._moment


def _files(deliverable: Deliverable) -> list[tuple[str, File[Any]]]:
    if deliverable.kind != DeliverableKind.FILE:
        return []
    text = README.format(title=deliverable.project.title, what=deliverable.title)
    return [(f"{deliverable.key}.md", ContentFile(text.encode(), name=f"{deliverable.key}.md"))]


def _students_of(track: Track) -> range:
    return range(1, 11) if track.code == "FSD" else range(11, len(STUDENTS) + 1)


def _login(number: int) -> str:
    return f"student{number}" if number > 1 else "student"


def _people() -> dict[str, User]:
    users = User.objects.filter(email__endswith=f"@{DOMAIN}")
    return {user.email.partition("@")[0]: user for user in users}
