"""A small believable world of learning: a track, somebody on it, work in any state."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from accounts.tests.factories import UserFactory
from core.clock import now
from curriculum.actions.cohorts import join_cohort, make_cohort
from curriculum.actions.enrollment import grant_access
from curriculum.actions.reviews import Points, review_submission
from curriculum.actions.steps import complete_step
from curriculum.actions.submissions import HandedIn, submit_work
from curriculum.models import (
    Cohort,
    Decision,
    Deliverable,
    DeliverableKind,
    Enrollment,
    GrantSource,
    Project,
    PullRequest,
    PullRequestState,
    Repository,
    RepositoryState,
    Step,
    Submission,
    Track,
)

KINDS = (
    DeliverableKind.FILE,
    DeliverableKind.LINK,
    DeliverableKind.PULL_REQUEST,
    DeliverableKind.TEXT,
    DeliverableKind.REPOSITORY,
    DeliverableKind.DASHBOARD,
    DeliverableKind.DEPLOYED_URL,
)
RUBRIC = [
    {
        "key": "works",
        "criterion": "It works",
        "points": 10,
        "about": "Full points when it runs from a fresh clone.",
    },
    {"key": "clear", "criterion": "It is clear", "points": 5, "about": ""},
]
ADDRESSES = {
    DeliverableKind.REPOSITORY: "https://github.com/diya/shed",
    DeliverableKind.PULL_REQUEST: "https://github.com/diya/shed/pull/7",
}
NUMBERS = count(1)
# In the order in which they were made, however many have been before.
CODES = (f"T{number:05}" for number in count(1))


def make_track(
    code: str = "",
    *,
    projects: int = 3,
    steps: int = 3,
    deliverables: int = 2,
    kinds: Sequence[DeliverableKind] = KINDS,
    **facts: object,
) -> Track:
    """Its projects, one due each week; all steps and deliverables are required."""
    code = code or next(CODES)
    track = Track.objects.create(
        **{
            "code": code,
            "name": f"Track {code}",
            "pitch": "Build one thing, from a page to a service.",
            "description": "Twelve weeks, and **one** product.",
            **facts,
        }
    )
    for number in range(1, projects + 1):
        make_project(track, number=number, steps=steps, deliverables=deliverables, kinds=kinds)
    return track


def make_project(
    track: Track,
    *,
    number: int,
    steps: int = 3,
    deliverables: int = 2,
    kinds: Sequence[DeliverableKind] = KINDS,
    **facts: object,
) -> Project:
    project = Project.objects.create(
        **{
            "track": track,
            "number": number,
            "title": f"Project {number} of {track.code}",
            "summary": "A page that tells a neighbourhood when its tool library is open.",
            "brief": "Meera runs the Shed. *She asks you for one page.*",
            "goals": ["Choose elements by what they mean", "Keep work in Git"],
            "tech_stack": ["HTML", "CSS", "Git"],
            "hours": 12,
            "due_week": number,
            "template": f"{track.code.lower()}-{number:02}",
            **facts,
        }
    )
    for place in range(1, steps + 1):
        make_step(project, number=place)
    for place in range(1, deliverables + 1):
        make_deliverable(project, number=place, kind=kinds[(place - 1) % len(kinds)])
    return project


def make_step(project: Project, *, number: int, **facts: object) -> Step:
    return Step.objects.create(
        **{
            "project": project,
            "number": number,
            "key": f"step-{number}",
            "title": f"Step {number}",
            "description": f"Do the {number}. thing:\n\n```python\nprint({number})\n```",
            "done_when": "It prints its number.",
            **facts,
        }
    )


def make_deliverable(
    project: Project, *, number: int, kind: DeliverableKind, **facts: object
) -> Deliverable:
    return Deliverable.objects.create(
        **{
            "project": project,
            "number": number,
            "key": f"part-{number}",
            "title": f"Part {number}",
            "kind": kind,
            "about": "What you made, *and how to run it*.",
            "rubric": RUBRIC,
            **facts,
        }
    )


def enrolled(track: Track, student: User | None = None, *, at: datetime | None = None) -> User:
    """Somebody who may work on the track."""
    student = student or UserFactory()
    grant_access(student, track=track, source=GrantSource.FREE, by=None, at=at or now())
    return student


def enrollment_of(student: User, track: Track) -> Enrollment:
    return Enrollment.objects.get(student=student, track=track)


def in_cohort(
    track: Track, student: User, *, starts_on: date, time_zone: str = "Asia/Kolkata"
) -> Cohort:
    staff, at = UserFactory(admin=True), now()
    cohort = make_cohort(
        name=f"Since {starts_on}",
        track=track,
        starts_on=starts_on,
        time_zone=time_zone,
        trainers=[],
        by=staff,
        at=at,
    )
    join_cohort(cohort, student=student, by=staff, at=at)
    return cohort


def upload(
    name: str = "orders.csv", content: bytes = b"id,total\n1,20\n"
) -> tuple[str, SimpleUploadedFile]:
    return name, SimpleUploadedFile(name, content)


def work_for(deliverable: Deliverable, note: str = "Please look at the loop first.") -> HandedIn:
    """Something that its kind takes."""
    if deliverable.kind == DeliverableKind.FILE:
        return HandedIn(note=note, uploads=[upload()])
    if deliverable.kind == DeliverableKind.TEXT:
        return HandedIn(note=note)
    url = ADDRESSES.get(DeliverableKind(deliverable.kind), "https://example.org/work")
    return HandedIn(url=url, note=note)


def hand_in(
    deliverable: Deliverable,
    student: User,
    *,
    work: HandedIn | None = None,
    at: datetime | None = None,
) -> Submission:
    return submit_work(deliverable, work=work or work_for(deliverable), by=student, at=at or now())


def decide(
    submission: Submission,
    decision: Decision = Decision.APPROVED,
    *,
    by: User | None = None,
    feedback: str = "The names say what things are. **Keep that up.**",
    points: int = 4,
    at: datetime | None = None,
) -> Submission:
    review_submission(
        submission,
        decision=decision,
        feedback=feedback,
        points=[Points(each.key, points) for each in submission.deliverable.criteria],
        by=by or UserFactory(trainer=True),
        at=at or now(),
    )
    submission.refresh_from_db()
    return submission


def make_pull_request(project: Project, student: User, **facts: object) -> PullRequest:
    """In the student's repository for the project; handing in its address refers to it."""
    at = now()
    repository = Repository.objects.create(
        student=student,
        project=project,
        state=RepositoryState.READY,
        github_id=next(NUMBERS),
        full_name="diya/shed",
        html_url=ADDRESSES[DeliverableKind.REPOSITORY],
        created_at=at,
    )
    return PullRequest.objects.create(
        **{
            "repository": repository,
            "number": 7,
            "github_id": next(NUMBERS),
            "title": "Refuse what must not be",
            "html_url": ADDRESSES[DeliverableKind.PULL_REQUEST],
            "state": PullRequestState.OPEN,
            "opened_at": at,
            "as_of": at,
            **facts,
        }
    )


def finish(project: Project, student: User, *, at: datetime | None = None) -> None:
    """All steps ticked off, all deliverables handed in and approved."""
    for step in project.steps.living().order_by("number"):
        complete_step(step, by=student, at=at or now())
    for deliverable in project.deliverables.living().order_by("number"):
        decide(hand_in(deliverable, student, at=at), at=at)
