"""Pages of joining, of addresses and of passwords; allauth's paths and names where it has them."""

from django.urls import path, re_path

from accounts.entry import joining, passwords, proving

urlpatterns = [
    path("accounts/signup/", joining.JoinPage.as_view(), name="account_signup"),
    path("accounts/invitation/<str:token>/", joining.InvitationPage.as_view(), name="invitation"),
    path("terms/", joining.terms, name="terms"),
    path("privacy/", joining.privacy, name="privacy"),
    path(
        "accounts/confirm-email/",
        proving.SentPage.as_view(),
        name="account_email_verification_sent",
    ),
    path(
        "accounts/confirm-email/<str:key>/",
        proving.ConfirmPage.as_view(),
        name="account_confirm_email",
    ),
    path("accounts/email/", proving.EmailPage.as_view(), name="account_email"),
    path("accounts/unlock/<str:key>/", proving.UnlockPage.as_view(), name="unlock"),
    path(
        "accounts/password/reset/",
        passwords.ForgottenPage.as_view(),
        name="account_reset_password",
    ),
    path("accounts/password/reset/done/", passwords.reset_sent, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        passwords.NewPasswordPage.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        passwords.reset_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "accounts/password/change/",
        passwords.ChangePasswordPage.as_view(),
        name="account_change_password",
    ),
]
