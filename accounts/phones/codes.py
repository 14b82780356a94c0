"""What a code by text message is made of, and what is said with it.

The digits are derived from the row by a key that only the platform has. So they stand nowhere, in
no queue and no table, and a text that is sent again after a time-out says the same code.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.models import PhoneCode
from core.languages import language_of

DIGITS = 6
NOISE = re.compile(r"[\s-]")

validate_code = RegexValidator(rf"\A[0-9]{{{DIGITS}}}\Z", _("A code has six digits."))


def normalise_code(typed: str) -> str:
    """People type `481 207` as they read it."""
    return NOISE.sub("", typed)


def digits_of(code: PhoneCode) -> str:
    number = int(_keyed("accounts.phone_code.digits", code, ""), 16) % 10**DIGITS
    return f"{number:0{DIGITS}}"


def digest_of(code: PhoneCode, digits: str) -> str:
    """What is kept: worth nothing without the key, and nothing for another phone or person."""
    return _keyed("accounts.phone_code.digest", code, digits)


def is_right(code: PhoneCode, digits: str) -> bool:
    return constant_time_compare(code.digest, digest_of(code, digits))


def words_of(code: PhoneCode) -> str:
    """In the language of whom it is for. By the last line phones fill it in on our pages alone."""
    digits = digits_of(code)
    with override(language_of(code.user)):
        if code.purpose == PhoneCode.Purpose.PROOF:
            says = gettext("%(digits)s is your ApraNova code to prove this phone.")
        else:
            says = gettext("%(digits)s is your ApraNova code to sign in.")
        warns = gettext("Never give it to anybody. It is good for %(minutes)s minutes.")
    about = {"digits": digits, "minutes": settings.SMS_CODE_MINUTES}
    host = urlsplit(settings.FRONTEND_URL).hostname or "localhost"
    return f"{says} {warns}\n\n@{host} #{digits}" % about


def _keyed(salt: str, code: PhoneCode, value: str) -> str:
    sent_at = int(code.sent_at.timestamp() * 1_000_000)
    about = f"{code.phone}\n{code.user_id}\n{code.purpose}\n{sent_at}\n{value}"
    return salted_hmac(salt, about, algorithm="sha256").hexdigest()
