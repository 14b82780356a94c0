"""The forms of the people's admin."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from accounts.models import User
from accounts.roles import STAFF, Role
from accounts.rules import PASSWORD_LENGTH, normalise_phone
from core.policies import can


class PhoneCleaning(forms.ModelForm):
    def clean_phone(self) -> str:
        return normalise_phone(self.cleaned_data["phone"])


class NewUserForm(PhoneCleaning):
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Tell it to them in person."),
    )

    class Meta:
        model = User
        fields = ("email", "name", "role", "track", "phone", "time_zone", "locale")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        password = self.cleaned_data.get("password")
        if password:
            self._judge(password)
        return cleaned

    def _judge(self, password: str) -> None:
        """By the same rules as for everybody, their own name and address included."""
        about = User(
            email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", "")
        )
        try:
            validate_password(password, about)
        except ValidationError as error:
            self.add_error("password", error)


class RoleForm(forms.Form):
    """Which role the chosen people get: those that whoever asks may give."""

    role = forms.ChoiceField(label=_("New role"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_to_give(by)  # type: ignore[attr-defined]


def roles_to_give(by: User) -> list[tuple[str, Any]]:
    may_make_staff = can(by, "accounts.make_staff")
    return [(role.value, role.label) for role in Role if may_make_staff or role not in STAFF]
