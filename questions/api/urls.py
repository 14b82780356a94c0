"""Endpoints of the question bank."""

from django.urls import path

from questions.api import questions, subjects

urlpatterns = [
    path("subjects/", subjects.SubjectsEndpoint.as_view(), name="subjects"),
    path("subjects/<int:pk>/", subjects.SubjectEndpoint.as_view(), name="subject"),
    path("subjects/<int:pk>/chapters/", subjects.ChaptersEndpoint.as_view(), name="chapters"),
    path("questions/", questions.QuestionsEndpoint.as_view(), name="questions-api"),
    path("questions/<int:pk>/", questions.QuestionEndpoint.as_view(), name="question-api"),
    path(
        "questions/<int:pk>/versions/",
        questions.VersionsEndpoint.as_view(),
        name="question-versions",
    ),
]
