"""Pages of the question bank."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("questions.pages.urls"))]
