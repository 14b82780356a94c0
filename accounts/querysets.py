"""Lists of people and of their sign-ins that read as English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models

from accounts.roles import Role

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class UserQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def superadmins(self) -> Self:
        return self.filter(role=Role.SUPERADMIN)


class Users(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.model._meta.get_field("email").to_python(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """What `manage.py createsuperuser` calls: the first person of a new platform."""
        return self.create_user(email, password, **{"role": Role.SUPERADMIN, **fields})


class TrainerAssignments(models.QuerySet[Any]):
    def running(self) -> Self:
        return self.filter(ended_at=None)


class SignInQuerySet(models.QuerySet[Any]):
    def living_of(self, user: User, *, at: datetime) -> Self:
        """`SignIn.is_living` for all of somebody's at once; a new password has ended the others."""
        return self.filter(
            user=user,
            ended_at=None,
            expires_at__gt=at,
            password_stamp=user.get_session_auth_hash(),
        )
