"""Endpoints of quizzes."""

from django.urls import path

from quizzes.api import attempts, generations, quizzes, subjects

urlpatterns = [
    path(
        "subjects/<int:pk>/progress/",
        subjects.ProgressEndpoint.as_view(),
        name="subject-progress",
    ),
    path(
        "subjects/<int:pk>/analytics/",
        subjects.AnalyticsEndpoint.as_view(),
        name="subject-analytics",
    ),
    path("quiz/quizzes/", quizzes.QuizzesEndpoint.as_view(), name="quizzes-api"),
    path("quiz/quizzes/generate/", generations.GenerateEndpoint.as_view(), name="quiz-generate"),
    path(
        "quiz/quizzes/<int:pk>/questions/<int:question>/replace/",
        generations.ReplaceEndpoint.as_view(),
        name="quiz-replace",
    ),
    path(
        "quiz/generations/<uuid:generation>/",
        generations.GenerationEndpoint.as_view(),
        name="generation-api",
    ),
    path("quiz/quizzes/<int:pk>/", quizzes.QuizEndpoint.as_view(), name="quiz-api"),
    path("quiz/quizzes/<int:pk>/publish/", quizzes.PublishEndpoint.as_view(), name="quiz-publish"),
    path(
        "quiz/quizzes/<int:pk>/unpublish/",
        quizzes.UnpublishEndpoint.as_view(),
        name="quiz-unpublish",
    ),
    path(
        "quiz/quizzes/<int:pk>/duplicate/",
        quizzes.DuplicateEndpoint.as_view(),
        name="quiz-duplicate",
    ),
    path("quiz/quizzes/<int:pk>/start/", attempts.StartEndpoint.as_view(), name="quiz-start"),
    path("quiz/attempts/", attempts.AttemptsEndpoint.as_view(), name="attempts-api"),
    path("quiz/attempts/<uuid:attempt>/", attempts.AttemptEndpoint.as_view(), name="attempt-api"),
    path(
        "quiz/attempts/<uuid:attempt>/answer/",
        attempts.AnswerEndpoint.as_view(),
        name="attempt-answer",
    ),
    path(
        "quiz/attempts/<uuid:attempt>/submit/",
        attempts.SubmitEndpoint.as_view(),
        name="attempt-submit",
    ),
    path(
        "quiz/attempts/<uuid:attempt>/files/",
        attempts.AnswerFilesEndpoint.as_view(),
        name="attempt-files",
    ),
]
