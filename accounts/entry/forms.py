"""The forms of joining, of addresses and of passwords."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.entry.bots import BotTrap
from accounts.rules import PASSWORD_LENGTH, normalise_email
from accounts.tracks import tracks_to_choose
from accounts.validators import validate_name

EMAIL_LENGTH = 254
NAME_LENGTH = 150


class EmailField(forms.EmailField):
    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        defaults = {
            "label": _("E-mail address"),
            "max_length": EMAIL_LENGTH,
            "widget": forms.EmailInput(attrs=attributes),
        }
        super().__init__(**{**defaults, **kwargs})

    def clean(self, value: Any) -> str:
        return normalise_email(super().clean(value))


class PasswordField(forms.CharField):
    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        super().__init__(
            max_length=PASSWORD_LENGTH,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
            **kwargs,
        )


def new_password_field(label: Any) -> PasswordField:
    return PasswordField(
        label=label,
        autocomplete="new-password",
        help_text=_("At least 8 characters, and nothing that others would guess."),
    )


def name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        validators=[validate_name],
        help_text=_("As your trainer should call you, and as it stands on your certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class JoinForm(BotTrap, _Form):
    """The role is no field of it: who makes an account themselves is a student."""

    name = name_field()
    email = EmailField()
    password = new_password_field(_("Password"))
    track = forms.ChoiceField(
        label=_("Track"), required=False, help_text=_("You can choose it later, too.")
    )
    accept_terms = forms.BooleanField(
        error_messages={"required": _("Without this we may not make an account for you.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks = [(track.code, track.name) for track in tracks_to_choose()]
        self.fields["track"].choices = [("", _("Not yet decided")), *tracks]  # type: ignore[attr-defined]
        self.fields["accept_terms"].label = _("I accept the terms and the privacy notice")

    @property
    def asked(self) -> list[forms.BoundField]:
        """What people see of it."""
        return [field for field in self.visible_fields() if field.name != "homepage"]


class EmailForm(_Form):
    email = EmailField()


class NewPasswordForm(_Form):
    new_password = new_password_field(_("New password"))


class ChangePasswordForm(_Form):
    old_password = PasswordField(label=_("Present password"), autocomplete="current-password")
    new_password = new_password_field(_("New password"))


class ChangeEmailForm(_Form):
    email = EmailField(label=_("New e-mail address"))
    password = PasswordField(
        label=_("Your password"),
        autocomplete="current-password",
        help_text=_("So that nobody else moves your account who finds your browser open."),
    )

    def __init__(self, *args: Any, has_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_password:
            del self.fields["password"]


class AcceptInvitationForm(_Form):
    name = name_field()
    password = new_password_field(_("Password"))
    accept_terms = forms.BooleanField(
        label=_("I accept the terms and the privacy notice"),
        error_messages={"required": _("Without this we may not make an account for you.")},
    )
