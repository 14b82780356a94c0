"""Pages for codes by text message."""

from django.urls import path

from accounts.phones import views

urlpatterns = [
    path("accounts/login/phone/", views.SignInPhonePage.as_view(), name="phone_sign_in"),
    path("accounts/login/phone/code/", views.SignInCodePage.as_view(), name="phone_sign_in_code"),
    path("security/phone/", views.ProvePhonePage.as_view(), name="prove_phone"),
    path("security/phone/code/", views.ProveCodePage.as_view(), name="prove_phone_code"),
]
