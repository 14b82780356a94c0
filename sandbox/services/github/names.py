"""What GitHub calls things: its numbers, moments and names."""

import base64
import re
import secrets
from datetime import datetime

from sandbox.clock import now
from sandbox.people import Person

NAME = "github"
# Every repository of this owner that is called like a project is a template.
TEMPLATES = Person(email="apranova-templates@github.test", name="ApraNova templates")
TEMPLATE_NAME = re.compile(r"(?:dp|fsd)-[a-z0-9][a-z0-9-]*", re.IGNORECASE)
REPOSITORY_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
BRANCH_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,98}[A-Za-z0-9])?")
NO_COMMIT = "0" * 40


def moment(at: datetime | None = None) -> str:
    """To the second, as GitHub tells it."""
    return (at or now()).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> int:
    """One that no reset gives out again: the platform may remember what the sandbox forgot."""
    return 1_000_000_000 + secrets.randbelow(1_000_000_000)


def node_id(kind: str, number: int) -> str:
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


def no_reply_address(person: Person) -> str:
    return f"{person.number(at=NAME)}+{person.handle}@users.noreply.github.com"
