"""Model fields whose values are encrypted in the database.

A value is bound to the keys alone, not to its row or column: so rows can be copied, tables renamed
and primary keys changed by migrations without the keys, and a row need not be written twice to
learn its own id. What that leaves open (who can write to the database can swap two encrypted
values) is closed by the database's own access rights.
"""

import json
from typing import Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.fields.mixins import CheckFieldDefaultMixin
from django.utils.translation import gettext_lazy as _

from core import encryption

ALLOWED_LOOKUPS = frozenset({"isnull"})


class EncryptedField(models.Field):
    """What all encrypted fields share: text in the column, NULL for None, no lookups by value."""

    def get_internal_type(self) -> str:
        return "TextField"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None or hasattr(value, "as_sql"):
            return value
        return encryption.encrypt(self.to_plaintext(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        try:
            return self.from_plaintext(encryption.decrypt(value))
        except encryption.NoKeyFitsError:
            raise encryption.NoKeyFitsError(self._label) from None

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ALLOWED_LOOKUPS:
            raise FieldError(
                f"{self._label} is encrypted, and the same value never looks the same twice: the "
                f"lookup {lookup_name!r} cannot work. Only `__isnull` does; to find rows by a "
                "value, keep a keyed hash of it in a column of its own."
            )
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> None:
        """Nothing can be computed from it in the database; get_lookup says so."""

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_not_indexed()]

    def to_plaintext(self, value: Any) -> str:
        raise NotImplementedError

    def from_plaintext(self, text: str) -> Any:
        raise NotImplementedError

    @property
    def _label(self) -> str:
        model = getattr(self, "model", None)
        return f"{model._meta.label}.{self.name}" if model else type(self).__name__

    def _check_not_indexed(self) -> list[checks.CheckMessage]:
        if not (self.primary_key or self.unique or getattr(self, "db_index", False)):
            return []
        return [
            checks.Error(
                "An encrypted field can be neither unique nor indexed.",
                hint="Index a keyed hash of the value in a column of its own.",
                obj=self,
                id="core.E020",
            )
        ]


class EncryptedTextField(EncryptedField):
    """`max_length`, where given, counts the characters of the text and not of what is stored."""

    description = _("Encrypted text")

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)

    def to_plaintext(self, value: Any) -> str:
        return str(value)

    def from_plaintext(self, text: str) -> str:
        return text

    def formfield(
        self, form_class: Any = None, choices_form_class: Any = None, **kwargs: Any
    ) -> forms.Field | None:
        defaults = {} if self.choices else {"max_length": self.max_length, "widget": forms.Textarea}
        return super().formfield(form_class, choices_form_class, **{**defaults, **kwargs})

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value is not None and self.max_length and len(value) > self.max_length:
            raise ValidationError(
                _("This text is longer than %(limit)d characters."),
                code="max_length",
                params={"limit": self.max_length},
            )


class EncryptedJSONField(CheckFieldDefaultMixin, EncryptedField):
    """None is stored as NULL, so that `__isnull` finds it."""

    description = _("Encrypted JSON")
    _default_hint = ("dict", "{}")
    empty_strings_allowed = False

    def to_plaintext(self, value: Any) -> str:
        return json.dumps(value, separators=(",", ":"))

    def from_plaintext(self, text: str) -> Any:
        return json.loads(text)

    def formfield(
        self, form_class: Any = None, choices_form_class: Any = None, **kwargs: Any
    ) -> forms.Field | None:
        return super().formfield(form_class or forms.JSONField, choices_form_class, **kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            raise ValidationError(_("This is not JSON."), code="invalid") from None
