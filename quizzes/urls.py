"""Pages of quizzes."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("quizzes.pages.generating_urls")),
    path("", include("quizzes.pages.authoring_urls")),
    path("", include("quizzes.pages.taking_urls")),
]
