"""Endpoints of the question bank."""

from django.urls import path

from questions.api import images, imports, questions, subjects

urlpatterns = [
    path("subjects/", subjects.SubjectsEndpoint.as_view(), name="subjects"),
    path("subjects/<int:pk>/", subjects.SubjectEndpoint.as_view(), name="subject"),
    path("subjects/<int:pk>/chapters/", subjects.ChaptersEndpoint.as_view(), name="chapters"),
    path("questions/", questions.QuestionsEndpoint.as_view(), name="questions-api"),
    path("questions/import/", imports.ImportEndpoint.as_view(), name="questions-import"),
    path(
        "questions/import/template/",
        imports.TemplateEndpoint.as_view(),
        name="questions-import-template",
    ),
    path("questions/images/", images.ImagesEndpoint.as_view(), name="questions-images"),
    path("questions/imports/", imports.ImportsEndpoint.as_view(), name="questions-imports"),
    path(
        "questions/imports/<uuid:pk>/",
        imports.OneImportEndpoint.as_view(),
        name="questions-one-import",
    ),
    path(
        "questions/imports/<uuid:pk>/apply/",
        imports.ApplyImportEndpoint.as_view(),
        name="questions-import-apply",
    ),
    path(
        "questions/imports/<uuid:pk>/undo/",
        imports.UndoImportEndpoint.as_view(),
        name="questions-import-undo",
    ),
    path(
        "questions/imports/<uuid:pk>/errors/",
        imports.ImportErrorsEndpoint.as_view(),
        name="questions-import-errors",
    ),
    path("questions/export/", imports.ExportEndpoint.as_view(), name="questions-export"),
    path("questions/<int:pk>/", questions.QuestionEndpoint.as_view(), name="question-api"),
    path(
        "questions/<int:pk>/versions/",
        questions.VersionsEndpoint.as_view(),
        name="question-versions",
    ),
]
