"""Codes by text message: asked for, brought back, and what a right one is worth."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts.actions.audit import record_audit
from accounts.actions.brake import brake_key, press
from accounts.entry.mails import greeting
from accounts.errors import CodeUsedUp, InvalidCode, PhoneTaken, TextsAway, TooManyCodes
from accounts.events import PhoneProven
from accounts.models import PhoneCode, SignInBrake, User
from accounts.phones.calling_codes import country_of
from accounts.phones.caps import demand_country, demand_room, network_of
from accounts.phones.codes import digest_of, digits_of, is_right
from accounts.rules import Admission, BrakeLimits, seconds_left
from core.callers import Caller
from core.events.actions import record
from core.handover import hand_over_after_commit, patience
from core.mail.actions import queue_mail
from core.trace import current_request_id

TEXT = "accounts.phones.text"
AWAY_KEY = "phones.gateway_is_away"
# Any number will do, as long as nothing else waits in this line.
LINE = 7_462_001


def ask_to_sign_in(*, phone: str, caller: Caller, at: datetime) -> PhoneCode:
    """A code for whoever owns this phone; the same for one that nobody has proven."""
    owner = _owner_of(phone)
    return _ask(phone, user=owner, purpose=PhoneCode.Purpose.SIGN_IN, caller=caller, at=at)


def ask_to_prove(user: User, *, phone: str, caller: Caller, at: datetime) -> PhoneCode:
    """A code for one's own phone. Whether it is proven by somebody else, only its owner learns."""
    return _ask(phone, user=user, purpose=PhoneCode.Purpose.PROOF, caller=caller, at=at)


def person_with_code(*, phone: str, digits: str, caller: Caller, at: datetime) -> User:
    """Whose phone it is, by the code that went to it, which is good once."""
    _use(
        phone,
        digits=digits,
        user=_owner_of(phone),
        purpose=PhoneCode.Purpose.SIGN_IN,
        caller=caller,
        at=at,
    )
    # Asked again: whoever lost the phone or the account meanwhile is not let in by it.
    owner = _owner_of(phone)
    if owner is None:
        raise InvalidCode
    return owner


def prove_phone(user: User, *, phone: str, digits: str, caller: Caller, at: datetime) -> User:
    """From now on `phone` is proven to be this person's, and signs them in."""
    purpose = PhoneCode.Purpose.PROOF
    _use(phone, digits=digits, user=user, purpose=purpose, caller=caller, at=at)
    return _take(user, phone=phone, caller=caller, at=at)


def phone_mark(phone: str) -> str:
    """Tells tries at the same phone apart from others without saying which phone."""
    return salted_hmac("accounts.phone_mark", phone, algorithm="sha256").hexdigest()[:16]


def _owner_of(phone: str) -> User | None:
    return User.objects.active().filter(phone=phone, phone_verified_at__isnull=False).first()


def _ask(
    phone: str, *, user: User | None, purpose: PhoneCode.Purpose, caller: Caller, at: datetime
) -> PhoneCode:
    """The same work whether a text will go out or not; the worker alone makes a difference."""
    country = country_of(phone)
    demand_country(country)
    if cache.get(AWAY_KEY):
        raise TextsAway
    with transaction.atomic():
        _wait_in_line()
        code = PhoneCode(
            phone=phone,
            user=user,
            purpose=purpose,
            country=country,
            address=network_of(caller.address),
            request_id=current_request_id(),
            sent_at=at,
            expires_at=at + timedelta(minutes=settings.SMS_CODE_MINUTES),
            due_at=at,
            remind_at=at + patience(),
        )
        demand_room(code, at=at)
        PhoneCode.objects.filter(phone=phone, closed_at=None).update(closed_at=at)
        code.digest = digest_of(code, digits_of(code))
        code.save(force_insert=True)
        hand_over_after_commit(TEXT, code.pk)
    return code


@transaction.atomic
def _take(user: User, *, phone: str, caller: Caller, at: datetime) -> User:
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.phone == phone and user.phone_verified_at is not None:
        return user
    user.phone, user.phone_verified_at = phone, at
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "phone_verified_at"])
    except IntegrityError:
        raise PhoneTaken from None
    data = {"phone": phone_mark(phone)}
    record_audit("accounts.phone_proven", by=user, target=user, data=data, caller=caller, at=at)
    record(PhoneProven(user_id=user.pk), by=user, at=at)
    queue_mail(
        template="accounts/phone_proven",
        to=user,
        context={
            "name": greeting(user),
            "end_of_phone": phone[-2:],
            "link": f"{settings.FRONTEND_URL}/security/phone/",
        },
        key=f"phone_proven {user.pk} {at.isoformat()}",
        at=at,
    )
    return user


def _wait_in_line() -> None:
    """One at a time: a cap that two look at together lets both through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINE])


def _use(
    phone: str,
    *,
    digits: str,
    user: User | None,
    purpose: PhoneCode.Purpose,
    caller: Caller,
    at: datetime,
) -> None:
    """Each try is counted before it is judged, and stays counted whatever comes of it."""
    brake = _brake_address(caller, at=at)
    with transaction.atomic():
        code = PhoneCode.objects.select_for_update().filter(phone=phone).order_by("-pk").first()
        is_good = code is not None and _try(code, digits, user=user, purpose=purpose, at=at)
    if not is_good:
        data = {"phone": phone_mark(phone), "purpose": purpose.value}
        by = user if purpose == PhoneCode.Purpose.PROOF else None
        record_audit("accounts.phone_code_failed", by=by, data=data, caller=caller, at=at)
        raise InvalidCode
    SignInBrake.objects.filter(key=brake, tries__gt=0).update(tries=F("tries") - 1)


def _try(
    code: PhoneCode, digits: str, *, user: User | None, purpose: PhoneCode.Purpose, at: datetime
) -> bool:
    if at >= code.expires_at:
        return False
    if code.tries >= settings.SMS_CODE_TRIES:
        raise CodeUsedUp(retry_after=_seconds_until(code.expires_at, at))
    if code.closed_at is not None:
        return False
    code.tries += 1
    is_theirs = user is not None and code.user_id == user.pk and code.purpose == purpose
    is_good = is_right(code, digits) and is_theirs
    if is_good or code.tries >= settings.SMS_CODE_TRIES:
        code.closed_at = at
    code.save(update_fields=["tries", "closed_at"])
    return is_good


def _brake_address(caller: Caller, *, at: datetime) -> str:
    """One address that tries a few codes on each of many phones is stopped by this."""
    key = brake_key("phone codes", network_of(caller.address) or "")
    limits = BrakeLimits(
        free_tries=settings.SMS_WRONG_CODES + 1,
        first_wait=timedelta(minutes=1),
        lock_after=settings.SMS_WRONG_CODES,
        lock_time=timedelta(minutes=settings.SMS_PHONE_MINUTES),
    )
    state, admission = press(key, limits=limits, at=at)
    if admission is not Admission.ADMITTED:
        raise TooManyCodes(retry_after=seconds_left(state, at=at))
    return key


def _seconds_until(moment: datetime, at: datetime) -> int:
    return max(1, round((moment - at).total_seconds()))
