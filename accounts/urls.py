"""Pages of accounts."""

from allauth.account.views import LogoutView
from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("accounts/login/", views.SignInView.as_view(), name="account_login"),
    path("accounts/logout/", LogoutView.as_view(), name="account_logout"),
    path("accounts/demo/", views.sign_in_to_demo, name="demo_sign_in"),
]
