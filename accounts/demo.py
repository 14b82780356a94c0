"""The people of the demo."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.actions.trainers import assign_trainer
from accounts.models import User
from accounts.roles import Role
from core.callers import Caller
from core.errors import DomainError

DOMAIN = "demo.apranova.test"
PASSWORD = "apranova-demo"  # noqa: S105  (the demo's, told to everybody)
TIME_ZONE = "Asia/Kolkata"


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    role: Role
    track: str = ""
    tracks: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


STAFF = (
    Person("superadmin", "Meera Krishnan", Role.SUPERADMIN),
    Person("admin", "Rohan Kulkarni", Role.ADMIN),
    Person("trainer", "Ananya Iyer", Role.TRAINER, tracks=("DP", "FSD")),
    Person("trainer2", "Vikram Desai", Role.TRAINER, tracks=("FSD",)),
)
STUDENTS = (
    "Aarav Sharma",
    "Diya Patel",
    "Kabir Singh",
    "Sara Fernandes",
    "Arjun Nair",
    "Ishita Banerjee",
    "Mohammed Rafi",
    "Lakshmi Venkatesan",
    "Nikhil Joshi",
    "Zoya Khan",
    "Aditya Rao",
    "Pooja Chauhan",
    "Tenzin Dorjee",
    "Grace D'Souza",
    "Harpreet Kaur",
    "Siddharth Menon",
    "Ritika Agarwal",
    "Farhan Qureshi",
    "Nandini Hegde",
    "Yash Thakur",
)
FULL_STACK = 10  # The first ten are on the full-stack track, the others on the data track.
PEOPLE = STAFF + tuple(
    Person(
        login=f"student{number}" if number > 1 else "student",
        name=name,
        role=Role.STUDENT,
        track="FSD" if number <= FULL_STACK else "DP",
    )
    for number, name in enumerate(STUDENTS, start=1)
)
# Whom each trainer looks after, by number; the others have nobody yet.
LOOKED_AFTER = {"trainer": (*range(1, 9), *range(11, 15)), "trainer2": (9, 10)}

# One of each kind, to look around as.
DOORS = tuple(
    next(person for person in PEOPLE if person.login == role.value)
    for role in (Role.STUDENT, Role.TRAINER, Role.ADMIN)
)


@transaction.atomic
def make_people(at: datetime) -> None:
    """Whoever is missing; whoever is there keeps what was changed about them."""
    present = _present()
    users = User.objects.bulk_create(
        User(
            email=person.email,
            name=person.name,
            role=person.role,
            track=person.track,
            tracks=list(person.tracks),
            time_zone=TIME_ZONE,
            password=make_password(PASSWORD),
            joined_at=at,
        )
        for person in PEOPLE
        if person.email not in present
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in users
    )
    _assign_trainers(at)


def are_people_made() -> bool:
    return len(_present()) == len(PEOPLE)


def _assign_trainers(at: datetime) -> None:
    """To students who never had one: what was changed since stays changed."""
    known = {user.email: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    admin = known[_by_login("admin").email]
    for login, numbers in LOOKED_AFTER.items():
        trainer = known[_by_login(login).email]
        for person in (_student(number) for number in numbers):
            student = known[person.email]
            if not student.assignments_as_student.exists():
                with suppress(DomainError):
                    assign_trainer(student, trainer=trainer, by=admin, caller=Caller(), at=at)


def _student(number: int) -> Person:
    return PEOPLE[len(STAFF) + number - 1]


def _by_login(login: str) -> Person:
    return next(person for person in PEOPLE if person.login == login)


def _present() -> set[str]:
    emails = [person.email for person in PEOPLE]
    return set(User.objects.filter(email__in=emails).values_list("email", flat=True))
