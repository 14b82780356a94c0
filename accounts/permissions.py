"""Who gets what, as tables: policies by role, and the answer at every address by role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.roles import Role
from core.documents.tables import code, table
from core.policies import Person, every_policy

ANONYMOUS = "anonymous"
ROLES = (ANONYMOUS, *Role.values)
TABLE = Path(settings.BASE_DIR) / "docs" / "routes.txt"


@dataclass(frozen=True)
class Line:
    """What each role hears when it asks for an address by a method."""

    address: str
    method: str
    answers: dict[str, str]


def read_table(path: Path = TABLE) -> list[Line]:
    """The hand-written table; a test compares it with what is there and what is answered."""
    lines = (line.partition("#")[0].split() for line in path.read_text().splitlines())
    return [_line(words) for words in lines if words]


def permissions_part() -> str:
    """The table in docs/permissions.md."""
    return table(["policy", "lets one", *ROLES], policy_rows())


def policy_rows() -> Iterator[tuple[str, ...]]:
    """What each role may do at all; about whom and what exactly, the policy itself says."""
    people: list[Person] = [AnonymousUser(), *(User(role=role) for role in Role)]
    for policy in every_policy():
        yield (
            code(policy.name),
            policy.meaning,
            *("yes" if policy.allows(who) else "" for who in people),
        )


def route_rows() -> Iterator[tuple[str, ...]]:
    for line in read_table():
        yield (line.method, line.address, *line.answers.values())


def _line(words: list[str]) -> Line:
    address, method, *answers = words
    if len(answers) != len(ROLES):
        raise ValueError(f"{address} {method}: one answer for each of {', '.join(ROLES)}")
    return Line(address, method, dict(zip(ROLES, answers, strict=True)))
