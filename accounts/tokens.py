"""Access and refresh tokens: signed and checked by simplejwt, alive as long as their sign-in."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token
from rest_framework_simplejwt.utils import datetime_from_epoch

from accounts.models import SignIn, User
from core.clock import now
from core.errors import InvalidToken

AnyToken = TypeVar("AnyToken", bound=Token)


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str


@dataclass(frozen=True)
class RefreshClaims:
    sid: UUID
    jti: UUID
    user_id: int


def sign(sign_in: SignIn, *, at: datetime) -> Tokens:
    """Tokens for a sign-in. The refresh token of the same `jti` is the same text each time."""
    return Tokens(access=_sign_access(sign_in, at=at), refresh=_sign_refresh(sign_in))


def read_refresh(raw: str) -> RefreshClaims:
    token = _verified(RefreshToken, raw)
    try:
        return RefreshClaims(UUID(token["sid"]), UUID(token["jti"]), int(token["user_id"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidToken from None


def sign_in_behind(raw: str, *, at: datetime) -> tuple[SignIn, datetime]:
    """The sign-in that an access token stands for, and when the token ends."""
    token = _verified(AccessToken, raw)
    try:
        sid, user_id = UUID(token["sid"]), int(token["user_id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidToken from None
    sign_in = SignIn.objects.select_related("user").filter(sid=sid, kind=SignIn.Kind.TOKENS).first()
    if sign_in is None or sign_in.user_id != user_id or not sign_in.is_living(at):
        raise InvalidToken
    return sign_in, datetime_from_epoch(token["exp"])


def authenticate_access_token(raw: str) -> tuple[User, datetime, str]:
    """For sockets: who it is, until when, and by which sign-in."""
    sign_in, ends_at = sign_in_behind(raw, at=now())
    return sign_in.user, ends_at, str(sign_in.sid)


def person_signed_in(sid: str) -> User | None:
    """For sockets that stand on a session: who it is, who knows in whose hands the name is."""
    sign_in = SignIn.objects.select_related("user", "behind__user").filter(sid=sid).first()
    return sign_in.person if sign_in is not None and sign_in.is_living(now()) else None


def _verified(kind: type[AnyToken], raw: str) -> AnyToken:
    try:
        return kind(raw)  # type: ignore[arg-type]  # It takes the text, whatever its type says.
    except (TokenError, UnicodeEncodeError):  # Half of a character has no bytes.
        raise InvalidToken from None


def _sign_access(sign_in: SignIn, *, at: datetime) -> str:
    token = AccessToken()
    token.set_iat(at_time=at)
    token.set_exp(from_time=at)
    token["email"] = sign_in.user.email
    token["role"] = sign_in.user.role
    return _signed(token, sign_in)


def _sign_refresh(sign_in: SignIn) -> str:
    assert sign_in.jti is not None  # by constraint  # noqa: S101
    issued_at = sign_in.rotated_at or sign_in.created_at
    token = RefreshToken()
    token.set_iat(at_time=issued_at)
    token.set_exp(from_time=issued_at)
    token["jti"] = sign_in.jti.hex
    return _signed(token, sign_in)


def _signed(token: Token, sign_in: SignIn) -> str:
    token["user_id"] = sign_in.user_id
    token["sid"] = str(sign_in.sid)
    return str(token)
