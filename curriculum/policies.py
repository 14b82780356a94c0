"""What each role may do with tracks, work and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import User
from accounts.roles import EVERYONE, STAFF, TEACHING, Role
from core.policies import policy
from curriculum.models import Project, Repository, Submission, Track

if TYPE_CHECKING:
    from core.files.models import StoredFile
    from core.policies import Person
    from curriculum.models import (
        Cohort,
        Comment,
        GitHubConnection,
        SavedPhrase,
    )

LEARNING = frozenset({Role.STUDENT, Role.SUPERADMIN})
# What nobody does by hand in the admin.
WRITTEN_BY_ACTIONS = frozenset(
    {
        "curriculum.cohort",
        "curriculum.cohortmember",
        "curriculum.enrollment",
        "curriculum.githubconnection",
        "curriculum.grant",
        "curriculum.pullrequest",
        "curriculum.repository",
        "curriculum.review",
        "curriculum.submission",
        "curriculum.webhookdelivery",
    }
)


@policy("curriculum.view_tracks", for_anyone=True)
def view_tracks(user: Person, obj: Track | Project | None) -> bool:
    """See tracks and the outlines of projects; what is not published is for those who edit it"""
    if obj is None:
        return True
    track = obj if isinstance(obj, Track) else obj.track
    return track.is_published or (isinstance(user, User) and user.role in STAFF)


@policy("curriculum.read_steps")
def read_steps(user: User, obj: Project | None) -> bool:
    """Read what the steps of a project ask for"""
    return user.role in EVERYONE and view_tracks(user, obj)


@policy("curriculum.enroll")
def enroll(user: User, obj: Track | None) -> bool:
    """Put oneself on a track"""
    return user.role in LEARNING and view_tracks(user, obj)


@policy("curriculum.tick_steps", seen_by="curriculum.view_tracks")
def tick_steps(user: User, obj: Project | None) -> bool:
    """Tick off the steps of a project"""
    return user.role in LEARNING and view_tracks(user, obj)


@policy("curriculum.see_own_progress")
def see_own_progress(user: User, obj: None) -> bool:
    """See how far one is oneself"""
    return user.role in EVERYONE


@policy("curriculum.submit_work")
def submit_work(user: User, obj: None) -> bool:
    """Hand in work"""
    return user.role in LEARNING


@policy("curriculum.revise_work", seen_by="curriculum.view_submission")
def revise_work(user: User, obj: Submission | None) -> bool:
    """Hand in a new revision of one's own work"""
    return user.role in LEARNING and (obj is None or obj.student_id == user.pk)


@policy("curriculum.view_submission")
def view_submission(user: User, obj: Submission | None) -> bool:
    """See work that was handed in: one's own, as a trainer what one reviews, as staff everybody's

    `Submission.objects.visible_to` says the same of all at once.
    """
    if obj is None or obj.student_id == user.pk or user.role in STAFF:
        return user.role in EVERYONE
    return user.role == Role.TRAINER and _looks_after(user, obj)


@policy("curriculum.review", seen_by="curriculum.view_submission", in_person=True)
def review(user: User, obj: Submission | None) -> bool:
    """Decide on work: of one's own students, and of those without a trainer on one's tracks"""
    if user.role not in TEACHING:
        return False
    return obj is None or (obj.student_id != user.pk and view_submission(user, obj))


@policy("curriculum.comment", seen_by="curriculum.view_submission", in_person=True)
def comment(user: User, obj: Submission | None) -> bool:
    """Say something about work that one sees"""
    return view_submission(user, obj)


@policy("curriculum.edit_comment", in_person=True)
def edit_comment(user: User, obj: Comment | None) -> bool:
    """Change or take back what one said oneself"""
    return user.role in EVERYONE and (obj is None or obj.author_id == user.pk)


@policy("curriculum.view_queue")
def view_queue(user: User, obj: None) -> bool:
    """See what waits for review"""
    return user.role in TEACHING


@policy("curriculum.use_phrases")
def use_phrases(user: User, obj: SavedPhrase | None) -> bool:
    """Keep sentences that one writes often"""
    return user.role in TEACHING and (obj is None or obj.owner_id == user.pk)


@policy("curriculum.view_class")
def view_class(user: User, obj: None) -> bool:
    """See how far the students are whom one looks after"""
    return user.role in TEACHING


@policy("curriculum.extend", in_person=True)
def extend(user: User, obj: User | None) -> bool:
    """Give a student more time for a project"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and obj.assigned_trainer == user


@policy("curriculum.view_cohorts")
def view_cohorts(user: User, obj: Cohort | None) -> bool:
    """See cohorts: as a trainer those that one leads"""
    if obj is None or user.role in STAFF:
        return user.role in TEACHING
    return user.role == Role.TRAINER and obj.trainers.filter(pk=user.pk).exists()


@policy("curriculum.manage_cohorts", seen_by="curriculum.view_cohorts", in_person=True)
def manage_cohorts(user: User, obj: Cohort | None) -> bool:
    """Make cohorts, say who is in them and what is due when"""
    return user.role in STAFF


@policy("curriculum.grant_access", in_person=True)
def grant_access(user: User, obj: object) -> bool:
    """Put somebody on a track, and take that back"""
    return user.role in STAFF


@policy("curriculum.edit_content", seen_by="curriculum.view_tracks", in_person=True)
def edit_content(user: User, obj: object) -> bool:
    """Write and change tracks, projects, steps and deliverables"""
    return user.role in STAFF


@policy("curriculum.hand_in_files")
def hand_in_files(user: User, obj: None) -> bool:
    """Upload files for work that one is about to hand in"""
    return user.role in LEARNING


@policy("curriculum.read_submission_file")
def read_submission_file(user: User, obj: StoredFile | None) -> bool:
    """Read a file of work that one sees, and one's own before it is handed in"""
    if obj is None or obj.owner_id == user.pk or user.role in STAFF:
        return user.role in EVERYONE
    seen = Submission.objects.visible_to(user)
    return user.role == Role.TRAINER and seen.filter(revisions__files__file=obj.pk).exists()


@policy("curriculum.connect_github", in_person=True)
def connect_github(user: User, obj: GitHubConnection | None) -> bool:
    """Let the platform act in one's own account at GitHub, and end that"""
    return user.role in EVERYONE and (obj is None or obj.user_id == user.pk)


@policy("curriculum.make_repository", in_person=True)
def make_repository(user: User, obj: Project | None) -> bool:
    """Have a repository made for a project, in one's own account at GitHub"""
    return user.role in LEARNING and view_tracks(user, obj)


@policy("curriculum.view_repository")
def view_repository(user: User, obj: Repository | None) -> bool:
    """See a student's repository: one's own, as a trainer those of one's students"""
    if obj is None or obj.student_id == user.pk or user.role in STAFF:
        return user.role in EVERYONE
    seen = Repository.objects.visible_to(user)
    return user.role == Role.TRAINER and seen.filter(pk=obj.pk).exists()


@policy("curriculum.see_webhooks")
def see_webhooks(user: User, obj: object) -> bool:
    """See what GitHub sent, and have it applied again"""
    return user.role in STAFF


def _looks_after(trainer: User, submission: Submission) -> bool:
    assigned = submission.student.assigned_trainer
    if assigned is not None:
        return assigned == trainer
    return submission.deliverable.project.track.code in trainer.tracks
