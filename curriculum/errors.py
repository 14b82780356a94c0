"""What curriculum refuses, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Denied, DomainError


class NotEnrolled(Denied):
    code = "NOT_ENROLLED"
    message = _("You are not on this track. Enroll first; what you did before is kept.")


class PaymentRequired(DomainError):
    code = "PAYMENT_REQUIRED"
    status = 402
    message = _("This track has a price. Choose a plan, then you are on it at once.")


class ProjectLocked(Conflict):
    code = "PROJECT_LOCKED"
    message = _("This project opens when the one before it is complete.")


class StepLocked(Conflict):
    code = "STEP_LOCKED"
    message = _("An earlier step is still open. Finish that one first.")


class AlreadySubmitted(Conflict):
    message = _("You have handed this in already. Hand in a new revision of it instead.")


class SubmissionClosed(Conflict):
    message = _("This is decided, so nothing more can be handed in for it.")


class RevisionReviewed(Conflict):
    message = _(
        "Somebody was faster: this revision is reviewed already. Your words are kept below."
    )


class RevisionOutdated(Conflict):
    message = _("The student has handed in a newer revision. Have a look at that one.")


class TakenByAnother(Conflict):
    message = _("Somebody else has this one in hand. It is free again after a while.")


class NothingToReopen(Conflict):
    message = _("Only what is approved or rejected can be opened again.")


class InAnotherCohort(Conflict):
    message = _("This student runs the track in another cohort already.")


class StorageFull(DomainError):
    code = "PAYLOAD_TOO_LARGE"
    status = 413
    message = _("Your room for files is used up. Hand in a link, or ask your trainer for room.")


class GitHubNotConnected(Conflict):
    code = "GITHUB_NOT_CONNECTED"
    message = _("Connect your GitHub account first. Then this goes on.")


class GitHubNotConfigured(DomainError):
    code = "UNAVAILABLE"
    status = 503
    message = _("This platform is not connected to GitHub. Ask an admin to set its keys.")


class GitHubAway(DomainError):
    code = "UNAVAILABLE"
    status = 503
    message = _("GitHub does not answer as it should. Nothing was lost: please try again soon.")
