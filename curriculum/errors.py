"""What curriculum refuses, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Denied, DomainError, Gone, Missing


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
    message = _("Somebody was faster: this revision is reviewed already.")


class RevisionOutdated(Conflict):
    message = _("The student has handed in a newer revision. Have a look at that one.")


class TakenByAnother(Conflict):
    message = _("Somebody else has this one in hand. It is free again after a while.")


class NothingToReopen(Conflict):
    message = _("Only what is approved or rejected can be opened again.")


class InAnotherCohort(Conflict):
    message = _("This student runs the track in another cohort already.")


class NotInFiles(Conflict):
    message = _("No content file holds this one: it was made here.")


class ContentFilesBroken(Conflict):
    message = _("The content files cannot be read.")


class ContentFromFile(Conflict):
    message = _("Its content file would bring it back. Retire it instead.")


class ContentInUse(Conflict):
    message = _("Students have worked on it already. Retire it instead.")


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


class ConnectingFailed(Conflict):
    """On the way to GitHub and back; a new try begins anew."""

    message = _("This way back from GitHub cannot be used. Please begin anew.")


class ConnectingTooLate(Gone):
    message = _("That took too long, or was used already. Please connect GitHub once more.")


class ConnectingDenied(Conflict):
    message = _("You turned back at GitHub, so nothing was connected.")


class BegunByAnother(Denied):
    message = _(
        "Somebody else began this here. Nothing was connected: begin anew with your own account."
    )


class GitHubTaken(Conflict):
    message = _(
        "This account at GitHub is connected to somebody else here. Sign in to GitHub as yourself, "
        "or disconnect it there first."
    )


class ScopesMissing(Conflict):
    message = _("GitHub was not let give us what repositories need. Please allow all of it.")


class NoTemplate(Conflict):
    message = _("This project has no repository to begin with.")


class TemplateMissing(Conflict):
    message = _(
        "The template of this project is not to be found at GitHub. Tell your trainer; nothing "
        "of yours is wrong."
    )


class RepositoryEmpty(Conflict):
    message = _(
        "GitHub made the repository, but its files did not come. Try again: if it stays empty, "
        "another one is made."
    )


class RepositoryRefused(Conflict):
    """What GitHub says follows."""

    message = _("GitHub did not make the repository.")


class GitHubBusy(DomainError):
    """`retry_after` is in seconds."""

    code = "UNAVAILABLE"
    status = 503
    message = _("GitHub asks us to wait a while. Nothing was lost: please try again later.")


class GitHubAway(DomainError):
    code = "UNAVAILABLE"
    status = 503
    message = _("GitHub does not answer as it should. Nothing was lost: please try again soon.")


class NotConnected(Missing):
    message = _("No account at GitHub is connected.")


class WebhooksNotConfigured(DomainError):
    code = "UNAVAILABLE"
    status = 503
    message = _("No webhooks are expected here: GITHUB_WEBHOOK_SECRET is not set.")


class SignatureWrong(DomainError):
    code = "INVALID_SIGNATURE"
    status = 401
    message = _("The signature does not fit the body, or there is none.")


class AskedJustNow(Conflict):
    message = _("We asked GitHub a moment ago. What is new shows here by itself.")
