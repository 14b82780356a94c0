"""What there is to learn, who learns it, and what they handed in."""

from curriculum.models.cohorts import Cohort, CohortMember, DueDate, Extension
from curriculum.models.content import (
    Deliverable,
    DeliverableKind,
    Project,
    ProjectType,
    Step,
    Track,
)
from curriculum.models.enrollment import Enrollment, Grant, GrantSource
from curriculum.models.github import (
    ChecksState,
    ConnectAttempt,
    GitHubConnection,
    PullRequest,
    PullRequestState,
    Repository,
    RepositoryState,
    WebhookDelivery,
    WebhookState,
)
from curriculum.models.progress import StepProgress
from curriculum.models.reviews import (
    Comment,
    Decision,
    Reopening,
    Review,
    ReviewVisit,
    RubricPoint,
    SavedPhrase,
)
from curriculum.models.submissions import (
    Revision,
    Submission,
    SubmissionFile,
    SubmissionStatus,
)

__all__ = [
    "ChecksState",
    "Cohort",
    "CohortMember",
    "Comment",
    "ConnectAttempt",
    "Decision",
    "Deliverable",
    "DeliverableKind",
    "DueDate",
    "Enrollment",
    "Extension",
    "GitHubConnection",
    "Grant",
    "GrantSource",
    "Project",
    "ProjectType",
    "PullRequest",
    "PullRequestState",
    "Reopening",
    "Repository",
    "RepositoryState",
    "Review",
    "ReviewVisit",
    "Revision",
    "RubricPoint",
    "SavedPhrase",
    "Step",
    "StepProgress",
    "Submission",
    "SubmissionFile",
    "SubmissionStatus",
    "Track",
    "WebhookDelivery",
    "WebhookState",
]
