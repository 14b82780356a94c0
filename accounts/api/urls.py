"""Endpoints of accounts."""

from django.urls import path

from accounts.api import sessions, views

urlpatterns = [
    path("auth/login/", views.SignInEndpoint.as_view(), name="auth-login"),
    path("auth/logout/", views.SignOutEndpoint.as_view(), name="auth-logout"),
    path("auth/token/refresh/", views.RefreshEndpoint.as_view(), name="auth-refresh"),
    path("auth/me/", views.ProfileEndpoint.as_view(), name="auth-me"),
    path("auth/sessions/", sessions.SessionsEndpoint.as_view(), name="auth-sessions"),
    path("auth/sessions/<uuid:sid>/", sessions.SessionEndpoint.as_view(), name="auth-session"),
]
