"""Pages of curriculum."""

from django.urls import include, path

from curriculum.pages import github

urlpatterns = [
    path("", include("curriculum.pages.urls")),
    path("", include("curriculum.pages.teaching_urls")),
    path("", include("curriculum.pages.cohort_urls")),
    path("profile/github/", github.connection, name="github_connection"),
    path("profile/github/connect/", github.connect, name="github_connect"),
    path("profile/github/confirm/", github.confirm, name="github_confirm"),
    path("profile/github/disconnect/", github.disconnect, name="github_disconnect"),
    path("github/projects/<int:pk>/", github.project, name="github_project"),
    path("github/repositories/<int:pk>/refresh/", github.refresh, name="github_refresh"),
    path("github/pull-requests/<int:pk>/hand-in/", github.hand_in, name="github_hand_in"),
]
