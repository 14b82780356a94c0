"""Pages of accounts."""

from allauth.account.views import LogoutView
from django.urls import include, path

from accounts import views
from accounts.pages import api_keys
from accounts.pages.impersonation import end_impersonation

urlpatterns = [
    path("", views.landing, name="landing"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("accounts/login/", views.SignInView.as_view(), name="account_login"),
    path("accounts/logout/", LogoutView.as_view(), name="account_logout"),
    path("accounts/demo/", views.sign_in_to_demo, name="demo_sign_in"),
    path("accounts/impersonation/end/", end_impersonation, name="impersonation_end"),
    path("security/api-keys/", api_keys.api_keys, name="api_keys"),
    path("security/api-keys/<int:pk>/revoke/", api_keys.revoke, name="api_key_revoke"),
    path("", include("accounts.pages.urls")),
    path("", include("accounts.phones.urls")),
    path("", include("accounts.entry.urls")),
    path("accounts/", include("accounts.social.urls")),
]
