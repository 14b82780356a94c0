"""The last step for somebody new: their name, and the terms."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.social.provider import NAME_LENGTH
from accounts.validators import validate_name


class JoinForm(forms.Form):
    """What allauth's view asks of its form: `sociallogin` in, `try_save` out.

    The address is the provider's word and stands in no field.
    """

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    accept_terms = forms.BooleanField(
        label=_("I accept the terms and the privacy notice"),
        error_messages={"required": _("Please accept the terms and the privacy notice.")},
    )

    def __init__(self, *args: Any, sociallogin: SocialLogin, **kwargs: Any) -> None:
        kwargs |= {"initial": {"name": sociallogin.user.name}, "label_suffix": ""}
        super().__init__(*args, **kwargs)
        self.sociallogin = sociallogin

    def try_save(self, request: HttpRequest) -> tuple[User, HttpResponse | None]:
        self.sociallogin.user.name = self.cleaned_data["name"]
        return get_adapter().save_user(request, self.sociallogin, form=self), None
