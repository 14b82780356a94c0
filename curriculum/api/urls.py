"""Endpoints of curriculum."""

from django.urls import path

from curriculum.api import (
    cohorts,
    content,
    files,
    github,
    learning,
    repositories,
    reviews,
    submissions,
    webhooks,
)

urlpatterns = [
    path("auth/github/connect/", github.ConnectEndpoint.as_view(), name="auth-github-connect"),
    path("auth/github/callback/", github.CallbackEndpoint.as_view(), name="auth-github-callback"),
    path("webhooks/github/", webhooks.GitHubWebhook.as_view(), name="webhooks-github"),
    path(
        "auth/github/connection/",
        github.ConnectionEndpoint.as_view(),
        name="auth-github-connection",
    ),
    path("curriculum/tracks/", content.TracksEndpoint.as_view(), name="curriculum-tracks"),
    path(
        "curriculum/tracks/<str:code>/",
        content.TrackEndpoint.as_view(),
        name="curriculum-track",
    ),
    path("curriculum/projects/", content.ProjectsEndpoint.as_view(), name="curriculum-projects"),
    path(
        "curriculum/projects/<int:pk>/",
        content.ProjectEndpoint.as_view(),
        name="curriculum-project",
    ),
    path(
        "curriculum/projects/<int:pk>/steps/",
        content.StepsEndpoint.as_view(),
        name="curriculum-steps",
    ),
    path(
        "curriculum/projects/<int:pk>/repository/",
        repositories.RepositoryEndpoint.as_view(),
        name="curriculum-repository",
    ),
    path(
        "curriculum/enrollments/",
        learning.EnrollmentsEndpoint.as_view(),
        name="curriculum-enrollments",
    ),
    path("curriculum/progress/", learning.ProgressEndpoint.as_view(), name="curriculum-progress"),
    path(
        "curriculum/progress/me/",
        learning.OwnProgressEndpoint.as_view(),
        name="curriculum-own-progress",
    ),
    path("users/progress/", learning.OwnProgressEndpoint.as_view(), name="user-progress"),
    path(
        "curriculum/submissions/",
        submissions.SubmissionsEndpoint.as_view(),
        name="curriculum-submissions",
    ),
    path(
        "curriculum/submissions/<int:pk>/",
        submissions.SubmissionEndpoint.as_view(),
        name="curriculum-submission",
    ),
    path(
        "curriculum/submissions/<int:pk>/comments/",
        submissions.CommentsEndpoint.as_view(),
        name="curriculum-comments",
    ),
    path(
        "curriculum/submissions/<int:pk>/comments/<int:comment>/",
        submissions.CommentEndpoint.as_view(),
        name="curriculum-comment",
    ),
    path(
        "curriculum/submissions/<int:pk>/review/",
        reviews.ReviewEndpoint.as_view(),
        name="curriculum-review",
    ),
    path(
        "curriculum/submissions/<int:pk>/claim/",
        reviews.ClaimEndpoint.as_view(),
        name="curriculum-claim",
    ),
    path(
        "curriculum/submissions/<int:pk>/reopen/",
        reviews.ReopenEndpoint.as_view(),
        name="curriculum-reopen",
    ),
    path("curriculum/files/", files.WorkFilesEndpoint.as_view(), name="curriculum-files"),
    path(
        "curriculum/files/<uuid:file_id>/",
        files.WorkFileEndpoint.as_view(),
        name="curriculum-file",
    ),
    path("curriculum/cohorts/", cohorts.CohortsEndpoint.as_view(), name="curriculum-cohorts"),
    path(
        "curriculum/cohorts/<int:pk>/",
        cohorts.CohortEndpoint.as_view(),
        name="curriculum-cohort",
    ),
]
