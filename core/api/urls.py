"""The floor's own endpoints."""

from django.urls import URLPattern, URLResolver, include, path

from core.api import docs

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", docs.SchemaView.as_view(), name="api-schema"),
    path("docs/", docs.SwaggerView.as_view(), name="api-docs"),
    path("redoc/", docs.RedocView.as_view(), name="api-redoc"),
    path("", include("core.jobs.api.urls")),
    path("", include("core.files.api.urls")),
]
