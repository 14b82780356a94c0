"""What is told about mails."""

from uuid import UUID

from core.events.definition import event


@event("core.mail_failed")
class MailFailed:
    """A mail was given up: its recipient was refused for good, or too many tries failed."""

    mail: UUID
    kind: str
