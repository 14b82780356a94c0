"""What a stand-in says of itself: its name, its routes, its keys, the webhooks it sends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from sandbox.faults import KINDS, CannotPlayError, Family, Fault, FaultKind

if TYPE_CHECKING:
    from sandbox.frame import Frame


class Signer(Protocol):
    """Gives the headers that prove a webhook's body, made anew for each delivery."""

    def __call__(self, *, body: bytes, secret: str, at: datetime) -> Mapping[str, str]: ...


def plain_error(status: int, message: str) -> Mapping[str, Any]:
    return {"error": message}


@dataclass(frozen=True, kw_only=True)
class Service:
    """`routes` are served below `/<name>`; so are `pages`, which a person reads: no fault spoils
    them, and the log leaves them out. `controls` are for tests, below `/_sandbox/<name>`. `keys`
    are what the platform must be given, by label. `error` makes the body of an error answer in the
    shape that the real service uses, also for played faults. `webhooks` names the events it sends;
    `sign` proves them; `retry_webhooks_after` are the seconds between its attempts. `own_faults`
    are kinds that only this service has: those in `refusals` answer a call in its place, the
    others it takes by itself. `marked` finds the fault that a call asks for in its own body. `icon`
    is one of icons.html, `page` where a person sees what came of the calls."""

    name: str
    title: str
    about: str
    speaks: Family = Family.HTTP
    routes: tuple[BaseRoute, ...] = ()
    pages: tuple[BaseRoute, ...] = ()
    controls: tuple[BaseRoute, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    error: Callable[[int, str], Mapping[str, Any]] = plain_error
    webhooks: tuple[str, ...] = ()
    sign: Signer | None = None
    retry_webhooks_after: tuple[float, ...] = ()
    own_faults: tuple[FaultKind, ...] = ()
    refusals: Mapping[str, Callable[[Fault], Response]] = field(default_factory=dict)
    marked: Callable[["Frame", str, bytes], Fault | None] | None = None
    icon: str = "services"
    page: str = ""

    @property
    def fault_kinds(self) -> list[FaultKind]:
        families = {self.speaks} | ({Family.WEBHOOK} if self.webhooks else set())
        unsigned = {"wrong_signature"} if self.sign is None else set()
        usual = [kind for kind in KINDS if kind.family in families and kind.name not in unsigned]
        return [*usual, *self.own_faults]

    def fault_kind(self, name: str) -> FaultKind:
        for kind in self.fault_kinds:
            if kind.name == name:
                return kind
        known = ", ".join(kind.name for kind in self.fault_kinds)
        raise CannotPlayError(f"{self.title} has no fault “{name}”. It has: {known}.")


def bearer_key(request: Request) -> str:
    """The key of an Authorization header, or nothing."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
