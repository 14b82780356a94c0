"""The forms for a phone and for the code that went to it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.phones.codes import normalise_code, validate_code
from accounts.rules import normalise_phone
from accounts.validators import validate_phone


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class PhoneField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        return normalise_phone(super().to_python(value) or "")


class CodeField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        return normalise_code(super().to_python(value) or "")


class PhoneForm(_Form):
    phone = PhoneField(
        label=_("Phone"),
        help_text=_("With the country code, such as +91 98765 43210."),
        max_length=32,
        validators=[validate_phone],
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "maxlength": "32"}
        ),
    )


class CodeForm(_Form):
    code = CodeField(
        label=_("Code"),
        help_text=_("The six digits of the newest message."),
        max_length=16,
        validators=[validate_code],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "maxlength": "16",
                "spellcheck": "false",
            }
        ),
    )
