"""Every address of the platform, by app."""

from django.urls import include, path

api = [
    path("", include("core.api.urls")),
    path("", include("accounts.api.urls")),
]

urlpatterns = [
    path("", include("accounts.urls")),
    path("api/", include(api)),
    path("api/v1/", include((api, "v1"))),
]
