"""The stand-ins there are. A new one is a module here and a line in this tuple."""

from sandbox.services import sms, smtp

SERVICES = (smtp.SERVICE, sms.SERVICE)
