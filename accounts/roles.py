"""The roles, and the sets of them that policies speak of. Only accounts knows their names."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    STUDENT = "student", _("Student")
    TRAINER = "trainer", _("Trainer")
    ADMIN = "admin", _("Admin")
    SUPERADMIN = "superadmin", _("Superadmin")


EVERYONE = frozenset(Role)
TEACHING = frozenset({Role.TRAINER, Role.ADMIN, Role.SUPERADMIN})
STAFF = frozenset({Role.ADMIN, Role.SUPERADMIN})
OWNERS = frozenset({Role.SUPERADMIN})
