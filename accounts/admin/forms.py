"""The forms of the people's admin."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from accounts.actions.addresses import has_proven_address
from accounts.errors import EmailTaken
from accounts.models import Invitation, User
from accounts.profile_forms import time_zones, with_own
from accounts.roles import STAFF, Role
from accounts.rules import PASSWORD_LENGTH, normalise_phone
from accounts.tracks import tracks_to_choose
from core.languages import languages_to_choose
from core.policies import can


class PersonForm(forms.ModelForm):
    """What there is to choose from is offered; what somebody has already stays to be chosen."""

    tracks = forms.MultipleChoiceField(
        label=_("Teaches"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("For trainers: the tracks whose students they look after."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks = [(track.code, track.name) for track in tracks_to_choose()]
        if "email" in self.fields:
            # Somebody else's, which the browser knows nothing of.
            self.fields["email"].widget.attrs["autocomplete"] = "off"
        self._offer("track", tracks)
        self._offer("time_zone", [(zone, zone) for zone in time_zones()])
        self._offer("locale", languages_to_choose())
        if "tracks" in self.fields:
            taught = self.instance.tracks
            self.fields["tracks"].choices = with_own(tracks, *taught)  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        return normalise_phone(self.cleaned_data["phone"])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        if name in self.fields:
            offered = [("", "---------"), *with_own(choices, getattr(self.instance, name))]
            self.fields[name].widget = UnfoldAdminSelectWidget(choices=offered)


class NewUserForm(PersonForm):
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Tell it to them in person. Left empty, they get a mail with a link to choose one."
        ),
    )

    class Meta:
        model = User
        fields = ("email", "name", "role", "track", "tracks", "phone", "time_zone", "locale")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        password = self.cleaned_data.get("password")
        if password:
            self._judge(password)
        return cleaned

    def clean_password(self) -> str | None:
        return self.cleaned_data["password"] or None

    def _judge(self, password: str) -> None:
        """By the same rules as for everybody, their own name and address included."""
        about = User(
            email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", "")
        )
        try:
            validate_password(password, about)
        except ValidationError as error:
            self.add_error("password", error)


class InvitationForm(forms.ModelForm):
    tracks = forms.MultipleChoiceField(
        label=_("Tracks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What a trainer teaches; a student is on the first."),
    )

    class Meta:
        model = Invitation
        fields = ("email", "role", "tracks")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks = [(track.code, track.name) for track in tracks_to_choose()]
        self.fields["tracks"].choices = tracks  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        known = User.objects.filter(email=email).first()
        if known is not None and has_proven_address(known):
            raise ValidationError(EmailTaken.message)
        return email

    def validate_constraints(self) -> None:
        """An open invitation to the same address is withdrawn by the new one."""


class RoleForm(forms.Form):
    """Which role the chosen people get: those that whoever asks may give."""

    role = forms.ChoiceField(label=_("New role"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_to_give(by)  # type: ignore[attr-defined]


def roles_to_give(by: User) -> list[tuple[str, Any]]:
    may_make_staff = can(by, "accounts.make_staff")
    return [(role.value, role.label) for role in Role if may_make_staff or role not in STAFF]
