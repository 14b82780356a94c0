"""The forms of accounts' pages."""

from typing import Any

from allauth.account.forms import LoginForm
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.rules import PASSWORD_LENGTH


class SignInForm(LoginForm):
    """E-mail, password, and whether this browser may remember it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].validators.append(MaxLengthValidator(PASSWORD_LENGTH))
        self.fields["login"].widget.attrs.update(
            autocomplete="username", autocapitalize="none", spellcheck="false"
        )
        # The page has a link to it beside the label.
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Keep me signed in on this device")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
