"""Whoever signs in at a stand-in: a few who are there, and anybody whom one types."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Person:
    """`is_hidden` is their wish that the platform does not learn their address."""

    email: str
    name: str
    is_verified: bool = True
    is_hidden: bool = False

    @property
    def given_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def family_name(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def handle(self) -> str:
        """Such as GitHub's login."""
        local = self.email.partition("@")[0].lower()
        kept = "".join(each if each.isalnum() else "-" for each in local)
        return kept.strip("-")[:39] or "somebody"

    def number(self, *, at: str) -> int:
        """Who they are to one provider, whatever becomes of their name."""
        return int(hashlib.sha256(f"{at} {self.email.lower()}".encode()).hexdigest()[:15], 16)

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


PEOPLE = (
    Person(email="asha.rao@mail.test", name="Asha Rao"),
    Person(email="student@demo.apranova.test", name="Aarav Sharma"),
    Person(email="jonas.weber@mail.test", name="Jonas Weber", is_verified=False),
)
