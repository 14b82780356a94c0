"""Handing a mail to the SMTP server."""

from contextlib import suppress
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from core.mail.models import Mail


class ServerAwayError(Exception):
    """The SMTP server cannot be reached, or does not want us: nothing of any mail's fault."""


def is_configured() -> bool:
    return bool(settings.EMAIL_HOST)


def transmit(mail: Mail) -> None:
    """Return once the server has taken the mail; what it says against it is raised as it comes."""
    connection: Any = EmailBackend()
    try:
        _open(connection)
        message_of(mail, connection).send()
    finally:
        # The mail is gone or not by now; how the server says goodbye changes nothing.
        with suppress(OSError, SMTPException):
            connection.close()


def message_of(mail: Mail, connection: Any = None) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text or "",
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        connection=connection,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html or "", "text/html")
    return message


def _open(connection: Any) -> None:
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        raise ServerAwayError(f"{type(error).__name__}: {error}") from error
