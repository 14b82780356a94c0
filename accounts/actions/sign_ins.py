"""Being signed in: the start, the rotation and the end, in browsers and with tokens."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction

from accounts import tokens
from accounts.actions.audit import record_audit
from accounts.actions.returning import call_off_closing
from accounts.events import SignInEnded, UserSignedIn
from accounts.models import (
    SecondStep,
    SignIn,
    SignInBrake,
    TotpSetup,
    UsedChallenge,
    UsedCode,
    User,
)
from accounts.models.sign_ins import stamp_of
from accounts.rules import Rotation, judge_refresh
from accounts.tokens import Tokens
from core.callers import Caller
from core.errors import InvalidToken
from core.events.actions import record_all
from core.live.hints import end_live_connections

SEEN_EVERY = timedelta(minutes=5)


@transaction.atomic
def start_browser_sign_in(
    user: User,
    *,
    way: str,
    caller: Caller,
    at: datetime,
    has_second_factor: bool = False,
) -> SignIn:
    """`way` says how they proved who they are, such as `password`."""
    return _start(
        user,
        SignIn.Kind.BROWSER,
        way=way,
        has_second_factor=has_second_factor,
        expires_at=at + timedelta(seconds=settings.SESSION_COOKIE_AGE),
        caller=caller,
        at=at,
    )


@transaction.atomic
def start_token_sign_in(
    user: User, *, way: str, caller: Caller, at: datetime, has_second_factor: bool = False
) -> Tokens:
    """What `accounts.gate` does for whoever has proven enough."""
    sign_in = _start(
        user,
        SignIn.Kind.TOKENS,
        way=way,
        has_second_factor=has_second_factor,
        expires_at=at + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
        caller=caller,
        at=at,
        jti=_new_jti(),
    )
    return tokens.sign(sign_in, at=at)


def refresh_tokens(raw: str, *, caller: Caller, at: datetime) -> Tokens:
    """The next pair for a refresh token, which is good once.

    Two requests with the same token wait for each other at the row, so that both get the same
    successor; a token that comes back later was stolen from somebody, and ends its family.
    """
    claims = tokens.read_refresh(raw)
    with transaction.atomic():
        sign_in = (
            SignIn.objects.select_related("user")
            .select_for_update(of=("self",))
            .filter(sid=claims.sid, kind=SignIn.Kind.TOKENS)
            .first()
        )
        if sign_in is None or sign_in.user_id != claims.user_id or not sign_in.is_living(at):
            raise InvalidToken
        verdict = judge_refresh(
            claims.jti,
            current=sign_in.jti,
            previous=sign_in.previous_jti,
            rotated_at=sign_in.rotated_at,
            at=at,
            grace=timedelta(seconds=settings.REFRESH_GRACE_SECONDS),
        )
        if verdict is Rotation.ROTATE:
            _rotate(sign_in, at=at)
        elif verdict is Rotation.REUSED:
            _end([sign_in], by=None, reason=SignIn.End.REUSED, caller=caller, at=at)
    # Outside of the transaction, which must keep the end of the family.
    if verdict is Rotation.REUSED:
        raise InvalidToken
    return tokens.sign(sign_in, at=at)


@transaction.atomic
def end_sign_in(
    sign_in: SignIn, *, by: User | None, reason: SignIn.End, caller: Caller, at: datetime
) -> None:
    _end(_locked(SignIn.objects.filter(pk=sign_in.pk)), by=by, reason=reason, caller=caller, at=at)


@transaction.atomic
def end_every_sign_in(
    user: User,
    *,
    by: User | None,
    reason: SignIn.End,
    caller: Caller,
    at: datetime,
    but: SignIn | None = None,
) -> None:
    """All, or all `but` the one that asks."""
    mine = SignIn.objects.filter(user=user, expires_at__gt=at)
    if but is not None:
        mine = mine.exclude(pk=but.pk)
    _end(_locked(mine), by=by, reason=reason, caller=caller, at=at)


def end_by_refresh_token(raw: str, *, user: User | None, caller: Caller, at: datetime) -> None:
    """Sign out with the token itself as the proof; a sign-in that has ended stays ended."""
    claims = tokens.read_refresh(raw)
    if user is not None and user.pk != claims.user_id:
        raise InvalidToken
    sign_in = (
        SignIn.objects.select_related("user").filter(sid=claims.sid, user_id=claims.user_id).first()
    )
    if sign_in is not None:
        end_sign_in(sign_in, by=sign_in.user, reason=SignIn.End.SIGNED_OUT, caller=caller, at=at)


def note_seen(sign_in: SignIn, *, at: datetime) -> None:
    """Keep "last seen" roughly true without a write for every request."""
    if at - sign_in.last_seen_at >= SEEN_EVERY:
        SignIn.objects.filter(pk=sign_in.pk).update(last_seen_at=at)


def forget_old(*, at: datetime) -> int:
    """Remove sign-ins that ended long ago, and brakes that hold nobody any more."""
    oldest = at - timedelta(days=settings.SIGN_IN_KEEP_DAYS)
    for used in (UsedCode, UsedChallenge):
        used.objects.filter(used_at__lt=at - timedelta(days=1)).delete()
    SecondStep.objects.filter(expires_at__lt=at - timedelta(days=1)).delete()
    TotpSetup.objects.filter(created_at__lt=at - timedelta(days=1)).delete()
    SignInBrake.objects.filter(first_try_at__lt=at - timedelta(days=1)).delete()
    old = SignIn.objects.filter(models.Q(expires_at__lt=oldest) | models.Q(ended_at__lt=oldest))
    return old.delete()[0]


def _start(
    user: User,
    kind: SignIn.Kind,
    *,
    way: str,
    has_second_factor: bool,
    expires_at: datetime,
    caller: Caller,
    at: datetime,
    jti: UUID | None = None,
) -> SignIn:
    has_called_off = call_off_closing(user, caller=caller, at=at)
    sign_in = SignIn.objects.create(
        user=user,
        kind=kind,
        way=way,
        proved_at=at,
        has_second_factor=has_second_factor,
        password_stamp=stamp_of(user),
        address=caller.address,
        user_agent=caller.user_agent,
        created_at=at,
        last_seen_at=at,
        expires_at=expires_at,
        jti=jti,
    )
    data = {"kind": kind.value, "way": way}
    record_audit("accounts.signed_in", by=user, target=user, data=data, caller=caller, at=at)
    event = UserSignedIn(user_id=user.pk, sign_in=sign_in.sid, kind=kind.value)
    record_all([event], by=user, at=at)
    sign_in.has_called_off_closing = has_called_off
    return sign_in


def _rotate(sign_in: SignIn, *, at: datetime) -> None:
    sign_in.previous_jti, sign_in.jti = sign_in.jti, _new_jti()
    sign_in.rotated_at = sign_in.last_seen_at = at
    sign_in.expires_at = at + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    sign_in.save(update_fields=["jti", "previous_jti", "rotated_at", "last_seen_at", "expires_at"])


def _new_jti() -> UUID:
    return uuid4()


def _locked(sign_ins: models.QuerySet[SignIn]) -> Iterable[SignIn]:
    living = sign_ins.filter(ended_at=None).order_by("pk")
    return living.select_related("user").select_for_update(of=("self",))


def _end(
    sign_ins: Iterable[SignIn],
    *,
    by: User | None,
    reason: SignIn.End,
    caller: Caller,
    at: datetime,
) -> None:
    """End locked rows; each is told of by itself, since each was a place of its own."""
    ended = []
    for sign_in in sign_ins:
        sign_in.ended_at, sign_in.end_reason = at, reason
        sign_in.save(update_fields=["ended_at", "end_reason"])
        data = {"kind": sign_in.kind, "reason": reason.value}
        action = _word_for_end(sign_in, by)
        record_audit(action, by=by, target=sign_in.user, data=data, caller=caller, at=at)
        end_live_connections(user_id=sign_in.user_id, sign_in_id=str(sign_in.sid))
        ended.append(SignInEnded(user_id=sign_in.user_id, sign_in=sign_in.sid, reason=reason.value))
    if ended:
        record_all(ended, by=by, at=at)
        _end_what_was_begun_from([each.sign_in for each in ended], by=by, caller=caller, at=at)


def _word_for_end(sign_in: SignIn, by: User | None) -> str:
    if sign_in.impersonator_id is not None:
        return "accounts.impersonation_ended"
    return "accounts.signed_out" if by == sign_in.user else "accounts.sign_in_ended"


def _end_what_was_begun_from(
    sids: list[UUID], *, by: User | None, caller: Caller, at: datetime
) -> None:
    """Whoever is out themselves is out of the names that they borrowed."""
    borrowed = _locked(SignIn.objects.filter(behind__sid__in=sids))
    _end(borrowed, by=by, reason=SignIn.End.STEPPED_OUT, caller=caller, at=at)
