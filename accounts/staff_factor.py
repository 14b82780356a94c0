"""Staff must have a second factor, if the operator says so, before they do anything else."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.actions.second_factors import has_second_factor, is_owed_by
from accounts.errors import SecondFactorMissing
from accounts.models import User

# What setting one up takes, and leaving. Everything else that is asked by name is shut.
OPEN = frozenset(
    {
        "landing",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "security",
        "sign_out_others",
        "sign_out_there",
        "mfa_activate_totp",
        "mfa_totp_drawing",
        "mfa_generate_recovery_codes",
        "mfa_add_webauthn",
        "theme",
        "auth-login",
        "auth-logout",
        "auth-me",
        "auth-refresh",
        "auth-reauthenticate",
        "auth-mfa-verify",
        "auth-mfa-totp",
        "auth-mfa-totp-confirm",
        "auth-mfa-recovery-codes",
        "auth-passkeys",
        "auth-passkey-register-begin",
        "auth-passkey-register-complete",
        "auth-passkey-login-begin",
        "auth-passkey-login-complete",
        "auth-sessions",
        "auth-session",
    }
)


def demand_factor_of_staff(request: HttpRequest, user: User | AnonymousUser) -> None:
    """Raise `SecondFactorMissing` where somebody must set one up first."""
    if not user.is_authenticated or _is_open(request) or not is_owed_by(user):
        return
    if not has_second_factor(user):
        raise SecondFactorMissing


def _is_open(request: HttpRequest) -> bool:
    return getattr(request.resolver_match, "url_name", None) in OPEN
