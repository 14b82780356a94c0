"""A column for the address that people sign in with."""

from typing import Any

from django.db import models

from accounts.rules import normalise_email


class SignInEmailField(models.EmailField):
    """Stores and looks up addresses in their one normal form, whoever writes or asks."""

    def to_python(self, value: Any) -> Any:
        return _normal(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _normal(super().get_prep_value(value))


def _normal(value: Any) -> Any:
    return normalise_email(value) if isinstance(value, str) else value
