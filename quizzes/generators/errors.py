"""Why questions could not be made, each with what to do about it."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Invalid


class GeneratorAway(DomainError):
    """It did not answer in any of the tries."""

    code = "GENERATOR_AWAY"
    status = 503
    message = _("The AI service does not answer at the moment. Please try again in a while.")


class GeneratorRefused(DomainError):
    """It takes no request of ours, whatever is in it: the key, the model or the account."""

    code = "GENERATOR_REFUSED"
    status = 503
    message = _(
        "The AI service refuses our requests. Please tell an admin: key, model or account are to "
        "be looked at."
    )


class WishBlocked(DomainError):
    """Its filters stopped it, on the way in or out."""

    code = "BLOCKED"
    message = _(
        "The AI service will not make questions of this: its filters stopped it. Please word the "
        "wish otherwise, or take another text."
    )


class NothingMade(DomainError):
    code = "NOTHING_MADE"
    message = _("No question came out of this that could be used.")


class SourceUnreadable(Invalid):
    """Its message says what is wrong with the file."""


class UnreadableAnswer(DomainError):
    code = "UNREADABLE_ANSWER"
    status = 503
    message = _("The AI service answered, but not with questions. Please try again.")
