"""Where the pages of the bank are."""

from django.urls import path

from questions.pages import bank, changing, editor, exports, imports, question

urlpatterns = [
    path("questions/", bank.questions, name="questions"),
    path("questions/selected/", changing.selected, name="questions_selected"),
    path("questions/selected/undo/", changing.undo, name="questions_undo"),
    path("questions/new/", editor.new_question, name="question_new"),
    path("questions/imports/", imports.imports, name="question_imports"),
    path("questions/imports/<uuid:pk>/", imports.one_import, name="question_import"),
    path("questions/imports/<uuid:pk>/apply/", imports.apply, name="question_import_apply"),
    path("questions/imports/<uuid:pk>/undo/", imports.undo, name="question_import_undo"),
    path("questions/export/", exports.export, name="question_export"),
    path("questions/export/file/", exports.export_file, name="question_export_file"),
    path("questions/<int:pk>/", question.question, name="question"),
    path("questions/<int:pk>/try/", question.try_answer, name="question_try"),
    path("questions/<int:pk>/edit/", editor.edit, name="question_edit"),
    path("questions/<int:pk>/retire/", question.retire, name="question_retire"),
    path("questions/<int:pk>/ready/", question.ready, name="question_ready"),
    path("questions/<int:pk>/delete/", question.delete, name="question_delete"),
    path("questions/<int:pk>/versions/", question.versions, name="question_versions"),
    path(
        "questions/<int:pk>/versions/<int:number>/restore/",
        question.restore,
        name="question_restore",
    ),
]
