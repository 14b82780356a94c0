"""Endpoints of accounts."""

from django.urls import path

from accounts.api import (
    api_keys,
    attempts,
    invitations,
    leaving,
    passkeys,
    passwords,
    people,
    phones,
    profile,
    registration,
    second_factors,
    sessions,
    social,
    views,
)

urlpatterns = [
    path("auth/login/", views.SignInEndpoint.as_view(), name="auth-login"),
    path("auth/register/", registration.RegistrationEndpoint.as_view(), name="auth-register"),
    path(
        "auth/verify-email/resend/",
        registration.ResendEndpoint.as_view(),
        name="auth-verify-email-resend",
    ),
    path(
        "auth/verify-email/<str:key>/",
        registration.VerificationEndpoint.as_view(),
        name="auth-verify-email",
    ),
    path("auth/password/reset/", passwords.ForgottenEndpoint.as_view(), name="auth-password-reset"),
    path(
        "auth/password/reset/confirm/",
        passwords.ResetEndpoint.as_view(),
        name="auth-password-reset-confirm",
    ),
    path("auth/password/change/", passwords.ChangeEndpoint.as_view(), name="auth-password-change"),
    path("auth/email/change/", passwords.ChangeEmailEndpoint.as_view(), name="auth-email-change"),
    path("auth/logout/", views.SignOutEndpoint.as_view(), name="auth-logout"),
    path("auth/token/refresh/", views.RefreshEndpoint.as_view(), name="auth-refresh"),
    path("auth/me/", profile.ProfileEndpoint.as_view(), name="auth-me"),
    path("users/profile/", profile.ProfileEndpoint.as_view(), name="user-profile"),
    path("users/account/", leaving.AccountEndpoint.as_view(), name="user-account"),
    path("users/account/export/", leaving.ExportEndpoint.as_view(), name="user-export"),
    path("auth/sessions/", sessions.SessionsEndpoint.as_view(), name="auth-sessions"),
    path("auth/sessions/<uuid:sid>/", sessions.SessionEndpoint.as_view(), name="auth-session"),
    path("auth/api-keys/", api_keys.ApiKeysEndpoint.as_view(), name="auth-api-keys"),
    path("auth/api-keys/<int:pk>/", api_keys.ApiKeyEndpoint.as_view(), name="auth-api-key"),
    path(
        "auth/reauthenticate/",
        second_factors.ReauthenticationEndpoint.as_view(),
        name="auth-reauthenticate",
    ),
    path("auth/mfa/verify/", second_factors.SecondStepEndpoint.as_view(), name="auth-mfa-verify"),
    path("auth/mfa/totp/", second_factors.TotpEndpoint.as_view(), name="auth-mfa-totp"),
    path(
        "auth/mfa/totp/confirm/",
        second_factors.TotpConfirmationEndpoint.as_view(),
        name="auth-mfa-totp-confirm",
    ),
    path(
        "auth/mfa/recovery-codes/",
        second_factors.RecoveryCodesEndpoint.as_view(),
        name="auth-mfa-recovery-codes",
    ),
    path("auth/passkeys/", passkeys.PasskeysEndpoint.as_view(), name="auth-passkeys"),
    path("auth/passkeys/<int:pk>/", passkeys.PasskeyEndpoint.as_view(), name="auth-passkey"),
    path(
        "auth/passkeys/register/begin/",
        passkeys.RegistrationQuestionEndpoint.as_view(),
        name="auth-passkey-register-begin",
    ),
    path(
        "auth/passkeys/register/complete/",
        passkeys.RegistrationEndpoint.as_view(),
        name="auth-passkey-register-complete",
    ),
    path(
        "auth/passkeys/login/begin/",
        passkeys.SignInQuestionEndpoint.as_view(),
        name="auth-passkey-login-begin",
    ),
    path(
        "auth/passkeys/login/complete/",
        passkeys.PasskeySignInEndpoint.as_view(),
        name="auth-passkey-login-complete",
    ),
    *(
        path(f"auth/{name}/", endpoint.as_view(), name=f"auth-{name}")
        for name, endpoint in social.ENDPOINTS.items()
    ),
    path("auth/phone-otp/send/", phones.SendCodeEndpoint.as_view(), name="auth-phone-otp-send"),
    path(
        "auth/phone-otp/verify/", phones.VerifyCodeEndpoint.as_view(), name="auth-phone-otp-verify"
    ),
    path("users/", people.PeopleEndpoint.as_view(), name="users"),
    path("users/<int:pk>/", people.PersonEndpoint.as_view(), name="user"),
    path("users/attempts/", attempts.OwnAttemptsEndpoint.as_view(), name="own-attempts"),
    path("users/invite/", invitations.InviteEndpoint.as_view(), name="invite"),
    path("users/trainers/", people.TrainersEndpoint.as_view(), name="trainers"),
    path("users/assign-trainer/", people.AssignTrainerEndpoint.as_view(), name="assign-trainer"),
]
