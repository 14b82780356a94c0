"""What an SMTP server's refusal means for a mail."""

from enum import Enum
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

CLOSING = 421
PERMANENT_FROM = 500


class Verdict(Enum):
    AGAIN = "it may go another time"
    NEVER = "this mail or this recipient will never be taken"
    AWAY = "the server takes nothing from anybody"


def judge(error: Exception) -> Verdict:
    """About an error in the middle of sending, when the server could be reached.

    Only what concerns this mail alone is final. A refused sender or password would end every mail
    for a mistake in our settings, so those wait for somebody to mend it.
    """
    code = _code(error)
    if code == CLOSING:
        return Verdict.AWAY
    if isinstance(error, SMTPRecipientsRefused | SMTPDataError) and code >= PERMANENT_FROM:
        return Verdict.NEVER
    return Verdict.AGAIN


def _code(error: Exception) -> int:
    if isinstance(error, SMTPRecipientsRefused):
        return min((code for code, _reply in error.recipients.values()), default=0)
    return error.smtp_code if isinstance(error, SMTPResponseException) else 0
