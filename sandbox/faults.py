"""The faults that one can play: which there are, which are active, and whose turn it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from sandbox.changes import Changes

LONGEST_SECONDS = 600


class Family(StrEnum):
    HTTP = "http"
    SMTP = "smtp"
    WEBHOOK = "webhook"


@dataclass(frozen=True, kw_only=True)
class FaultKind:
    """`seconds` is the usual length of a fault that lasts; `is_aimed` says whether it can be
    played for some paths, recipients or events only; `reach` is where it is played at all."""

    name: str
    family: Family
    title: str
    about: str
    seconds: float | None = None
    is_aimed: bool = True
    reach: str = "*"


KINDS = (
    FaultKind(
        name="slow",
        family=Family.HTTP,
        title="Slow",
        about="Answers rightly, but late.",
        seconds=3,
    ),
    FaultKind(
        name="429",
        family=Family.HTTP,
        title="429 Too many",
        about="Refuses, with or without Retry-After.",
    ),
    FaultKind(
        name="500",
        family=Family.HTTP,
        title="500 Broken",
        about="Answers with a server error and does nothing.",
    ),
    FaultKind(
        name="broken_body",
        family=Family.HTTP,
        title="Broken body",
        about="Does the work, but half of the answer is missing.",
    ),
    FaultKind(
        name="dropped",
        family=Family.HTTP,
        title="Dropped",
        about="Cuts the connection without an answer.",
    ),
    FaultKind(
        name="timeout",
        family=Family.HTTP,
        title="Time-out",
        about="Takes the call and never answers.",
        seconds=120,
    ),
    FaultKind(
        name="421",
        family=Family.SMTP,
        title="421 Not now",
        about="Refuses whoever connects.",
        is_aimed=False,
    ),
    FaultKind(
        name="451",
        family=Family.SMTP,
        title="451 Try later",
        about="Refuses the mail for now.",
    ),
    FaultKind(
        name="550",
        family=Family.SMTP,
        title="550 No such box",
        about="Refuses the mail for good.",
    ),
    FaultKind(
        name="slow",
        family=Family.SMTP,
        title="Slow",
        about="Takes the mail, but late.",
        seconds=3,
    ),
    FaultKind(
        name="drop_in_data",
        family=Family.SMTP,
        title="Dropped in DATA",
        about="Cuts the connection before the mail is taken.",
    ),
    FaultKind(
        name="lost",
        family=Family.WEBHOOK,
        title="Lost",
        about="Never sent, though the sender thinks it was.",
    ),
    FaultKind(
        name="duplicate",
        family=Family.WEBHOOK,
        title="Duplicate",
        about="Sent twice at the same moment.",
    ),
    FaultKind(
        name="out_of_order",
        family=Family.WEBHOOK,
        title="Out of order",
        about="Held back until the next one is sent.",
    ),
    FaultKind(
        name="delayed",
        family=Family.WEBHOOK,
        title="Delayed",
        about="Sent some seconds later.",
        seconds=10,
    ),
    FaultKind(
        name="wrong_signature",
        family=Family.WEBHOOK,
        title="Wrong signature",
        about="Signed as if by somebody else.",
    ),
)


class CannotPlayError(ValueError):
    """The fault that was asked for does not exist or cannot be played so."""


@dataclass(kw_only=True)
class Fault:
    """`left` counts the calls it will still spoil; None means until it is cleared."""

    id: int
    service: str
    kind: FaultKind
    path: str
    left: int | None
    seconds: float | None
    retry_after: int | None
    played: int = 0

    def spoils(self, subjects: Iterable[str]) -> bool:
        patterns = {self.kind.reach, self.path.lower() or "*"} - {"*"}
        return not patterns or any(
            all(fnmatchcase(subject.lower(), pattern) for pattern in patterns)
            for subject in subjects
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "service": self.service,
            "kind": self.kind.name,
            "path": self.path,
            "left": self.left,
            "seconds": self.seconds,
            "retry_after": self.retry_after,
            "played": self.played,
        }


class FaultBook:
    """Active faults. They live in memory: a restart is the way back to a quiet day."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._faults: dict[int, Fault] = {}
        self._last_id = 0

    def play(
        self,
        *,
        service: str,
        kind: FaultKind,
        path: str = "",
        count: int | None = None,
        seconds: float | None = None,
        retry_after: int | None = None,
    ) -> Fault:
        if path and not kind.is_aimed:
            raise CannotPlayError(
                f"“{kind.title}” comes before anyone is named: leave the path empty."
            )
        self._last_id += 1
        fault = Fault(
            id=self._last_id,
            service=service,
            kind=kind,
            path=path,
            left=count,
            seconds=kind.seconds if seconds is None else seconds,
            retry_after=retry_after,
        )
        self._faults[fault.id] = fault
        self._changes.announce()
        return fault

    def take(
        self,
        service: str,
        names: Collection[str],
        subjects: Collection[str] = (),
        *,
        only_aimed: bool = False,
    ) -> Fault | None:
        """The oldest active fault that spoils this, counted as played."""
        for fault in self._faults.values():
            if (
                fault.service == service
                and fault.kind.name in names
                and (fault.path or not only_aimed)
                and fault.spoils(subjects)
            ):
                self._count(fault)
                return fault
        return None

    def active(self, *, service: str = "") -> list[Fault]:
        return [fault for fault in self._faults.values() if service in ("", fault.service)]

    def clear(self, *, service: str = "", fault_id: int | None = None) -> None:
        self._faults = {
            fault.id: fault
            for fault in self._faults.values()
            if service not in ("", fault.service) or fault_id not in (None, fault.id)
        }
        self._changes.announce()

    def _count(self, fault: Fault) -> None:
        fault.played += 1
        if fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                del self._faults[fault.id]
        self._changes.announce()


def names_of(family: Family) -> frozenset[str]:
    return frozenset(kind.name for kind in KINDS if kind.family is family)
