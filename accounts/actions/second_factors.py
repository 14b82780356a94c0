"""Second factors: an authenticator app, recovery codes, and spending their codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.conf import settings
from django.db import IntegrityError, models, transaction

from accounts.actions.audit import record_audit
from accounts.actions.brake import brake_key, press, release
from accounts.actions.sign_ins import start_token_sign_in
from accounts.browsers import describe
from accounts.entry.mails import greeting
from accounts.errors import (
    InvalidCode,
    NoSecondFactor,
    NoTotpSetup,
    SecondStepOver,
    TotpThere,
)
from accounts.events import RecoveryCodesMade, SecondFactorAdded, SecondFactorDropped
from accounts.models import SecondStep, TotpSetup, UsedCode, User
from accounts.rules import Admission, BrakeLimits, seconds_left
from accounts.tokens import Tokens
from core import encryption
from core.callers import Caller
from core.errors import Locked, Missing, Throttled
from core.events.actions import record
from core.mail.actions import queue_mail

Type = Authenticator.Type
SECOND_FACTORS = (Type.TOTP, Type.WEBAUTHN)
SETUP_TIME = timedelta(minutes=30)
STEP_SECONDS = 30
# A clock may be wrong by one step, and a code may be typed while it changes.
STEPS_AROUND = (0, -1, 1)


@dataclass(frozen=True)
class Place:
    """From where a code comes; browsers that the account came from before are braked alone."""

    caller: Caller
    device: str | None = None


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def has_totp(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Type.TOTP).exists()


def has_passkey(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Type.WEBAUTHN).exists()


def is_owed_by(user: User) -> bool:
    """Must they have one before they do anything else?"""
    return bool(settings.STAFF_SECOND_FACTOR and user.is_staff)


def codes_left(user: User) -> int | None:
    """How many recovery codes are good; None without any."""
    codes = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return None if codes is None else len(codes.wrap().get_unused_codes())


@transaction.atomic
def begin_totp(user: User, *, at: datetime) -> TotpSetup:
    """The secret to put into an app: the one that waits, as long as it is young, or a new one."""
    _lock(user)
    if has_totp(user):
        raise TotpThere
    waiting = TotpSetup.objects.filter(user=user, created_at__gt=at - SETUP_TIME).first()
    if waiting is not None:
        return waiting
    secret = {"secret": generate_totp_secret(), "created_at": at}
    return TotpSetup.objects.update_or_create(user=user, defaults=secret)[0]


def confirm_totp(user: User, *, code: str, place: Place, at: datetime) -> list[str]:
    """Switch the app on, now that it has shown a right code. Tells recovery codes if new ones."""
    with _braked(user, place, at=at), transaction.atomic():
        _lock(user)
        setup = TotpSetup.objects.filter(user=user, created_at__gt=at - SETUP_TIME).first()
        if setup is None:
            raise NoTotpSetup
        step = _step_of(setup.secret, code, at=at)
        if step is None:
            raise InvalidCode(code=[str(InvalidCode.message)])
        app = TOTP.activate(user, setup.secret).instance
        UsedCode.objects.create(authenticator=app, step=step, used_at=at)
        setup.delete()
        return note_added(app, caller=place.caller, at=at)


@transaction.atomic
def drop_totp(user: User, *, caller: Caller, at: datetime) -> None:
    app = Authenticator.objects.filter(user=user, type=Type.TOTP).first()
    if app is None:
        raise Missing
    drop(app, caller=caller, at=at)


@transaction.atomic
def make_recovery_codes(user: User, *, caller: Caller, at: datetime) -> list[str]:
    """New ones; those of before are worth nothing from now on."""
    _lock(user)
    if not has_second_factor(user):
        raise NoSecondFactor
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(user).generate_codes()
    record(RecoveryCodesMade(user_id=user.pk), by=user, at=at)
    _note(user, "recovery_codes_made", caller=caller, at=at)
    return codes


def note_added(factor: Authenticator, *, caller: Caller, at: datetime) -> list[str]:
    """What follows from a new factor. The first one brings recovery codes, which are told once."""
    user = factor.user
    record(SecondFactorAdded(user_id=user.pk, kind=factor.type), by=user, at=at)
    _note(user, f"{factor.type}_added", caller=caller, at=at)
    if Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).exists():
        return []
    return RecoveryCodes.activate(user).generate_codes()


def drop(factor: Authenticator, *, caller: Caller, at: datetime) -> None:
    """With the last factor its recovery codes go too: they stand in for one that is there."""
    user = factor.user
    _lock(user)
    kind = factor.type
    factor.delete()
    if not has_second_factor(user):
        Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    record(SecondFactorDropped(user_id=user.pk, kind=kind), by=user, at=at)
    _note(user, f"{kind}_dropped", caller=caller, at=at)


def spend_code(user: User, *, code: str, place: Place, at: datetime) -> str:
    """Use up a code of the app or a recovery code, and tell of which of the two it was.

    Raises `InvalidCode`, and `Throttled` or `Locked` where too many were tried.
    """
    with _braked(user, place, at=at):
        kind = _spend(user, code, caller=place.caller, at=at)
        if kind is None:
            raise InvalidCode(code=[str(InvalidCode.message)])
        return kind


def take_second_step(token: str, *, code: str, place: Place, at: datetime) -> tuple[User, Tokens]:
    """The sign-in that waits for a second proof. Its token is good once, and for a few tries."""
    found = _open_step(SecondStep.objects.filter(token=token), at=at)
    with _braked(found.user, place, at=at):
        # The count of tries must stay when the code is wrong, so nothing is raised in here.
        with transaction.atomic():
            locked = SecondStep.objects.filter(pk=found.pk).select_for_update(of=("self",))
            step = _open_step(locked, at=at)
            step.tries += 1
            is_right = _spend(step.user, code, caller=place.caller, at=at) is not None
            tokens = None
            if is_right:
                step.used_at = at
                tokens = start_token_sign_in(
                    step.user, way=step.way, caller=place.caller, at=at, has_second_factor=True
                )
            step.save(update_fields=["tries", "used_at"])
        if tokens is None:
            raise InvalidCode(code=[str(InvalidCode.message)])
        return step.user, tokens


@contextmanager
def _braked(user: User, place: Place, *, at: datetime) -> Iterator[None]:
    """Count a try before the code is looked at.

    Whoever tries codes knows the password already, or holds an open sign-in. So strangers are
    counted together, wherever they are: many addresses win nobody more tries.
    """
    key = brake_key(f"code {user.pk}", place.device or "strangers")
    state, admission = press(key, limits=_limits(), at=at)
    if admission is Admission.LOCKED_NOW:
        record_audit("accounts.codes_locked", by=None, target=user, caller=place.caller, at=at)
        _tell(user, "codes_locked", caller=place.caller, at=at)
    if admission is not Admission.ADMITTED:
        left = seconds_left(state, at=at)
        raise (Throttled if admission is Admission.WAIT else Locked)(retry_after=left)
    try:
        yield
    except InvalidCode:
        record_audit("accounts.code_refused", by=None, target=user, caller=place.caller, at=at)
        raise
    release(key, at=at)


@transaction.atomic
def _spend(user: User, code: str, *, caller: Caller, at: datetime) -> str | None:
    digits = normalize_user_code(code)
    for factor in Authenticator.objects.filter(user=user).exclude(type=Type.WEBAUTHN):
        take = _take_app_code if factor.type == Type.TOTP else _take_recovery_code
        if take(factor, digits, caller=caller, at=at):
            Authenticator.objects.filter(pk=factor.pk).update(last_used_at=at)
            return factor.type
    return None


def _take_app_code(factor: Authenticator, digits: str, *, caller: Caller, at: datetime) -> bool:
    step = _step_of(encryption.decrypt(factor.data["secret"]), digits, at=at)
    if step is None:
        return False
    try:
        with transaction.atomic():
            UsedCode.objects.create(authenticator=factor, step=step, used_at=at)
    except IntegrityError:
        return False
    return True


def _take_recovery_code(
    factor: Authenticator, digits: str, *, caller: Caller, at: datetime
) -> bool:
    """allauth locks the row while it looks and strikes out."""
    codes = factor.wrap()
    if not codes.validate_code(digits):
        return False
    left = len(codes.get_unused_codes())
    _note(factor.user, "recovery_code_used", caller=caller, at=at, left=left)
    return True


def _step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """The time step that a code belongs to, if it is right about now."""
    present = int(at.timestamp()) // STEP_SECONDS
    for step in (present + around for around in STEPS_AROUND):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def _open_step(steps: models.QuerySet[SecondStep], *, at: datetime) -> SecondStep:
    step = steps.select_related("user").first()
    if step is None or not step.is_open(at) or step.tries >= settings.SECOND_STEP_TRIES:
        raise SecondStepOver
    return step


def _lock(user: User) -> None:
    """One at a time for a person, so that two tabs neither make two apps nor two sets of codes."""
    User.objects.select_for_update().get(pk=user.pk)


def _limits() -> BrakeLimits:
    return BrakeLimits(
        free_tries=settings.SECOND_STEP_TRIES,
        first_wait=timedelta(seconds=settings.SIGN_IN_WAIT_SECONDS),
        lock_after=settings.SIGN_IN_LOCK_AFTER,
        lock_time=timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES),
    )


def _note(user: User, what: str, *, caller: Caller, at: datetime, **facts: object) -> None:
    record_audit(f"accounts.{what}", by=user, target=user, caller=caller, at=at)
    _tell(user, what, caller=caller, at=at, **facts)


def _tell(user: User, what: str, *, caller: Caller, at: datetime, **facts: object) -> None:
    """By mail, so that the owner learns of what somebody else did in their name."""
    context = {
        "name": greeting(user),
        "what": what,
        "at": at,
        "device": describe(caller.user_agent),
        "link": f"{settings.FRONTEND_URL}/security/",
        **facts,
    }
    key = f"second factor {user.pk} {what} {at.isoformat()}"
    queue_mail(template="accounts/second_factor", to=user, context=context, key=key, at=at)
