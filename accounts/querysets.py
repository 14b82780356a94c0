"""Lists of people and of their sign-ins that read as English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Prefetch, Q

from accounts.roles import STAFF, Role
from accounts.rules import TRAINER_PLACES
from accounts.searching import PeopleWords, words_beginning

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

NO_LIMIT = 2**31 - 1


class UserQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def inactive(self) -> Self:
        """The few: to leave them out costs less than to go through all who are active."""
        return self.filter(is_active=False)

    def superadmins(self) -> Self:
        return self.filter(role=Role.SUPERADMIN)

    def students(self) -> Self:
        return self.filter(role=Role.STUDENT)

    def trainers(self) -> Self:
        return self.filter(role=Role.TRAINER)

    def teaching(self, track: str) -> Self:
        return self.filter(tracks__contains=[track])

    def visible_to(self, user: Any) -> Self:
        """What the policy `accounts.view_user` says of one, for all at once."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role in STAFF:
            return self
        seen = Q(pk=user.pk)
        if user.role == Role.TRAINER:
            seen |= Q(pk__in=_students_of(user))
        return self.filter(seen)

    def looked_after_by(self, trainer: User | int) -> Self:
        return self.filter(pk__in=_students_of(trainer))

    def without_trainer(self) -> Self:
        """Students only: nobody else has one."""
        return self.students().filter(~Exists(_running().filter(student=OuterRef("pk"))))

    def matching(self, text: str) -> Self:
        """Whose name or address has words that begin like each word of `text`."""
        query = words_beginning(text)
        if query is None:
            return self.none()
        people = self.model.objects.alias(words=PeopleWords("name", "email"))
        # The limit makes PostgreSQL ask the index on words first, whatever the list is ordered by:
        # going through people by name, it would split the name of each of them into words.
        return self.filter(pk__in=people.filter(words=query).values("pk")[:NO_LIMIT])

    def with_trainer(self) -> Self:
        """Fetches for `User.assigned_trainer` of all at once."""
        running = _running().select_related("trainer")
        return self.prefetch_related(
            Prefetch("assignments_as_student", running, to_attr="running_assignments")
        )

    def with_places(self) -> Self:
        """Trainers with `students_count` and `free_places`."""
        return self.annotate(
            running=FilteredRelation(
                "assignments_as_trainer", condition=Q(assignments_as_trainer__ended_at=None)
            ),
            students_count=Count("running"),
            free_places=TRAINER_PLACES - F("students_count"),
        )


class Users(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.model._meta.get_field("email").to_python(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """What `manage.py createsuperuser` calls: the first person of a new platform.

        Nobody could send them a mail yet, so whoever sits at the machine vouches for the address.
        """
        user = self.create_user(email, password, **{"role": Role.SUPERADMIN, **fields})
        apps.get_model("account", "EmailAddress").objects.create(
            user=user, email=user.email, primary=True, verified=True
        )
        return user


def _running() -> models.QuerySet[Any]:
    return apps.get_model("accounts", "TrainerAssignment").objects.running()


def _students_of(trainer: User | int) -> models.QuerySet[Any]:
    return _running().filter(trainer=trainer).values("student")


class TrainerAssignments(models.QuerySet[Any]):
    def running(self) -> Self:
        return self.filter(ended_at=None)


class AccountClosings(models.QuerySet[Any]):
    def open(self) -> Self:
        """Asked for, neither called off nor done."""
        return self.filter(cancelled_at=None, erased_at=None)

    def due(self, at: datetime) -> Self:
        return self.open().filter(due_at__lte=at)


class SignInQuerySet(models.QuerySet[Any]):
    def living_of(self, user: User, *, at: datetime) -> Self:
        """`SignIn.is_living` for all of somebody's at once; a new password has ended the others."""
        return self.filter(
            user=user,
            ended_at=None,
            expires_at__gt=at,
            password_stamp=user.get_session_auth_hash(),
        ).filter(
            Q(impersonator=None)
            | Q(
                impersonator__is_active=True,
                impersonator__role__in=STAFF,
                behind__ended_at=None,
                behind__expires_at__gt=at,
            )
        )


class PhoneCodes(models.QuerySet[Any]):
    def paid_for(self) -> Self:
        """Those for which a text goes out; the others are about phones that are nobody's."""
        return self.filter(user__isnull=False)

    def waiting(self, *, at: datetime) -> Self:
        """Those whose text has still to be sent, and can still be of use."""
        return self.filter(remind_at__isnull=False, closed_at=None, expires_at__gt=at)
