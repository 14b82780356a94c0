"""The stand-ins there are. A new one is a module here and a line in this tuple."""

from sandbox.services import apple, gemini, github, google, sms, smtp

SERVICES = (
    smtp.SERVICE,
    sms.SERVICE,
    google.SERVICE,
    github.SERVICE,
    apple.SERVICE,
    gemini.SERVICE,
)
