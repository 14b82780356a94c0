"""Where security is looked after; allauth's paths and names where it has them."""

from django.urls import path

from accounts.pages import leaving, profile, security
from accounts.pages.second_step import ReauthenticationView, SecondStepView

urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("profile/picture/", profile.change_avatar, name="change_avatar"),
    path("profile/picture/remove/", profile.drop_avatar, name="drop_avatar"),
    path("profile/notifications/", profile.choose_notifications, name="choose_notifications"),
    path("profile/data/", leaving.own_data, name="own_data"),
    path("profile/closing/", leaving.closing, name="close_account"),
    path("accounts/closed/", leaving.closed, name="account_closed"),
    path("avatars/<uuid:mark>.webp", profile.avatar, name="avatar"),
    path("security/", security.security, name="security"),
    path("security/sign-ins/others/end/", security.sign_out_others, name="sign_out_others"),
    path("security/sign-ins/<uuid:sid>/end/", security.sign_out_there, name="sign_out_there"),
    path("accounts/reauthenticate/", ReauthenticationView.as_view(), name="account_reauthenticate"),
    path("accounts/2fa/authenticate/", SecondStepView.as_view(), name="mfa_authenticate"),
    path("accounts/2fa/totp/activate/", security.TotpView.as_view(), name="mfa_activate_totp"),
    path("accounts/2fa/totp/drawing/", security.totp_drawing, name="mfa_totp_drawing"),
    path("accounts/2fa/totp/deactivate/", security.drop_totp, name="mfa_deactivate_totp"),
    path(
        "accounts/2fa/recovery-codes/generate/",
        security.recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("accounts/2fa/webauthn/add/", security.NewPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        security.drop_passkey,
        name="mfa_remove_webauthn",
    ),
    path("accounts/2fa/webauthn/login/", security.sign_in_with_passkey, name="mfa_login_webauthn"),
]
