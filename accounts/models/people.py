"""People."""

import uuid
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import policies
from accounts.fields import SignInEmailField
from accounts.querysets import Users
from accounts.roles import STAFF, Role
from accounts.rules import PHONE_PATTERN, TRACK_PATTERN
from accounts.searching import PeopleWords
from accounts.validators import (
    validate_locale,
    validate_name,
    validate_phone,
    validate_time_zone,
    validate_track_code,
)

AVATARS = "avatars"

if TYPE_CHECKING:
    from accounts.models import ApiKey


def avatar_path(user: models.Model, filename: str) -> str:
    """A name that nobody guesses, anew for each picture, so that no cache shows an old one."""
    return f"{AVATARS}/{uuid.uuid4()}.webp"


class User(AbstractBaseUser):
    """Signs in by e-mail address; the role says what they may do."""

    email = SignInEmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("Somebody uses this address already.")},
    )
    name = models.CharField(_("name"), max_length=150, blank=True, validators=[validate_name])
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.STUDENT)
    track = models.CharField(
        _("main track"), max_length=12, blank=True, validators=[validate_track_code]
    )
    phone = models.CharField(_("phone"), max_length=16, blank=True, validators=[validate_phone])
    phone_verified_at = models.DateTimeField(_("phone proven"), null=True, editable=False)
    avatar = models.ImageField(_("picture"), upload_to=avatar_path, blank=True)
    tracks = ArrayField(
        models.CharField(max_length=12, validators=[validate_track_code]),
        verbose_name=_("teaches"),
        default=list,
        blank=True,
        help_text=_("For trainers: the tracks whose students they look after."),
    )
    github_username = models.CharField(_("GitHub name"), max_length=39, blank=True)
    notification_choices = models.JSONField(_("notification choices"), default=dict, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    locale = models.CharField(
        _("language"), max_length=12, blank=True, validators=[validate_locale]
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = Users()

    last_login = None  # A sign-in has a row of its own.

    # In whose hands the name is for one request: set by whoever looks up the sign-in or the key.
    impersonator: "User | None" = None
    api_key: "ApiKey | None" = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes = [
            models.Index(fields=["role", "is_active", "id"], name="user_by_role"),
            models.Index(fields=["-joined_at"], name="user_newest"),
            models.Index(fields=["name", "id"], name="user_by_name"),
            models.Index(fields=["track"], name="user_track"),
            models.Index(fields=["id"], name="user_inactive", condition=models.Q(is_active=False)),
            GinIndex(PeopleWords("name", "email"), name="user_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="user_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(track="") | models.Q(track__regex=TRACK_PATTERN),
                name="user_track_is_a_code",
            ),
            models.CheckConstraint(
                condition=models.Q(phone="") | models.Q(phone__regex=PHONE_PATTERN),
                name="user_phone_is_e164",
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=models.Q(phone_verified_at__isnull=False),
                name="user_proven_phone_is_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(phone_verified_at=None) | ~models.Q(phone=""),
                name="user_proven_phone_is_there",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0] or self.email.partition("@")[0]

    @property
    def is_staff(self) -> bool:
        """Runs the place; derived from the role, so that it cannot be set apart from it."""
        return self.role in STAFF

    @property
    def avatar_url(self) -> str:
        """Where the picture is, for whoever was told; empty without one."""
        return reverse("avatar", args=[PurePath(self.avatar.name).stem]) if self.avatar else ""

    @property
    def assigned_trainer(self) -> "User | None":
        """Who looks after this student now; lists fetch it with `with_trainer`."""
        running: Iterable[Any] | None = getattr(self, "running_assignments", None)
        if running is None:
            running = self.assignments_as_student.running().select_related("trainer")
        return next((assignment.trainer for assignment in running), None)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """What the Django admin asks, answered by our policies."""
        return policies.permits_in_admin(self, perm)

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff
