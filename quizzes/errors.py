"""What quizzes refuse."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Denied, DomainError, Invalid, Throttled


class NotOpenYet(Denied):
    code = "NOT_OPEN_YET"
    message = _("This quiz is not open yet.")


class Closed(Denied):
    code = "CLOSED"
    message = _("This quiz is closed.")


class NoAttemptsLeft(Denied):
    code = "NO_ATTEMPTS_LEFT"
    message = _("You have used all attempts of this quiz.")


class NotEnrolled(Denied):
    code = "NOT_ENROLLED"
    message = _("This quiz belongs to a track that you are not on.")


class NothingToAsk(Conflict):
    message = _("There is no question in this quiz that could be asked at the moment.")


class AlreadySubmitted(Conflict):
    code = "ALREADY_SUBMITTED"
    message = _("This attempt is handed in, so nothing more can be answered in it.")


class AnswerLocked(Conflict):
    message = _("You were told whether this answer is right, so it stays as it is.")


class UnusableAnswer(Invalid):
    """Its details say in words what is wrong with the answer."""


class NotReady(Conflict):
    message = _("This quiz cannot be published yet.")


class NotVetted(NotReady):
    """Its details name the `questions`, with what the second look answered."""

    code = "NOT_VETTED"
    message = _("A second look disagrees with a key, and nobody has decided yet.")


class AskedOfStudents(Conflict):
    message = _(
        "Students are asked this question in a published quiz, so it stays vetted. Edit it, or "
        "take it out of the quiz first."
    )


class QuizTaken(Conflict):
    message = _("Somebody has taken this quiz already, so it can only be archived.")


class EditedMeanwhile(Conflict):
    message = _("Somebody has changed this quiz since you opened it. Look at both before you save.")


class MarkedMeanwhile(Conflict):
    message = _("Somebody has marked this answer while you did. Look at both before you save.")


class AINotConfigured(DomainError):
    code = "AI_NOT_CONFIGURED"
    status = 503
    message = _(
        "No AI is set up here for this. Questions from a text or a file work without; for all else "
        "ask an admin to set GOOGLE_GEMINI_API_KEY."
    )


class QuotaUsedUp(Throttled):
    message = _("Your generations of today are used up. Tomorrow there are new ones.")


class NoLongerListed(Conflict):
    message = _("The question is no longer in this quiz.")


class NotReplaceable(Conflict):
    message = _(
        "Only questions that you had generated can be replaced by another one, and only in a draft."
    )
