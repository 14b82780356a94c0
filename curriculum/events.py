"""What curriculum tells the rest of the house."""

from core.events.definition import event


@event("curriculum.enrolled")
class Enrolled:
    """A student is on a track now."""

    student_id: int
    track: str


@event("curriculum.access_granted")
class AccessGranted:
    """There is a reason more why a student may work on a track."""

    student_id: int
    track: str
    source: str
    reference: str


@event("curriculum.access_ended")
class AccessEnded:
    """One of these reasons is gone; others may go on."""

    student_id: int
    track: str
    source: str
    reference: str


@event("curriculum.step_completed")
class StepCompleted:
    """A student ticked a step off."""

    student_id: int
    step_id: int
    project_id: int


@event("curriculum.step_reopened")
class StepReopened:
    """A student took a tick back."""

    student_id: int
    step_id: int
    project_id: int


@event("curriculum.project_completed")
class ProjectCompleted:
    """All that a project requires is done and approved. Content edits may make it so again."""

    student_id: int
    project_id: int
    track: str


@event("curriculum.work_submitted")
class WorkSubmitted:
    """A student handed in work, for the first time or as a new revision."""

    submission_id: int
    revision: int
    student_id: int
    deliverable_id: int


@event("curriculum.work_reviewed")
class WorkReviewed:
    """A revision was decided on, by a reviewer or by a merged pull request."""

    submission_id: int
    revision: int
    student_id: int
    decision: str
    is_by_merge: bool


@event("curriculum.submission_reopened")
class SubmissionReopened:
    """Staff took a decision back; the student may hand in again."""

    submission_id: int
    student_id: int


@event("curriculum.comment_written")
class CommentWritten:
    """Somebody said something about a submission."""

    comment_id: int
    submission_id: int
    student_id: int
    author_id: int


@event("curriculum.cohort_changed")
class CohortChanged:
    """A cohort was made, moved, closed, or its due dates were changed."""

    cohort_id: int


@event("curriculum.cohort_joined")
class CohortJoined:
    """A student runs a track with a cohort from now on."""

    cohort_id: int
    student_id: int


@event("curriculum.cohort_left")
class CohortLeft:
    """A student no longer runs with a cohort."""

    cohort_id: int
    student_id: int


@event("curriculum.extension_given")
class ExtensionGiven:
    """A student has another day for a project."""

    student_id: int
    project_id: int
    due_on: str


@event("curriculum.content_edited")
class ContentEdited:
    """An admin changed what a track, project, step or deliverable says."""

    kind: str
    object_id: int


@event("curriculum.content_loaded")
class ContentLoaded:
    """The content files were loaded, and changed something."""

    made: int
    changed: int
    retired: int


@event("curriculum.github_connected")
class GitHubConnected:
    """Somebody lets us make repositories in their account at GitHub."""

    user_id: int
    login: str


@event("curriculum.github_disconnected")
class GitHubDisconnected:
    """We no longer act in somebody's account at GitHub: they said so, or GitHub did."""

    user_id: int
    reason: str


@event("curriculum.repository_ready")
class RepositoryReady:
    """A student's repository for a project is there."""

    repository_id: int
    student_id: int
    project_id: int


@event("curriculum.repository_gone")
class RepositoryGone:
    """A student's repository was deleted at GitHub."""

    repository_id: int
    student_id: int
    project_id: int


@event("curriculum.pull_request_changed")
class PullRequestChanged:
    """A pull request was opened, pushed to, closed, merged, reviewed or checked."""

    pull_request_id: int
    student_id: int
    project_id: int
    state: str
    checks: str


@event("curriculum.repository_mended")
class RepositoryMended:
    """Looking at a repository found what no webhook had told, or a webhook that was missing."""

    repository_id: int
    found: list[str]
