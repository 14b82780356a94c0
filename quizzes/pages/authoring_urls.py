"""Pages of writing quizzes, and of how they went."""

from django.urls import URLPattern, URLResolver, path

from quizzes.pages import authoring, authoring_parts, pasting, results, results_marking, vetting

urlpatterns: list[URLPattern | URLResolver] = [
    path("quizzes/new/", authoring.new_quiz, name="quiz_new"),
    path("quizzes/<int:pk>/edit/", authoring.edit_quiz_page, name="quiz_edit"),
    path("quizzes/<int:pk>/preview/", authoring.preview, name="quiz_preview"),
    path("quizzes/<int:pk>/state/", authoring.change_state, name="quiz_state"),
    path("quizzes/<int:pk>/copy/", authoring.copy_quiz, name="quiz_copy"),
    path("quizzes/<int:pk>/delete/", authoring.delete, name="quiz_delete"),
    path("quizzes/<int:pk>/order/", authoring_parts.order, name="quiz_order"),
    path("quizzes/<int:pk>/add/", authoring_parts.add, name="quiz_add"),
    path("quizzes/<int:pk>/put-back/", authoring_parts.bring_back, name="quiz_put_back"),
    path("quizzes/<int:pk>/vet/", vetting.in_quiz, name="quiz_vet"),
    path("questions/<int:pk>/vet/", vetting.in_bank, name="question_vet"),
    path("quizzes/<int:pk>/rules/", authoring_parts.rules, name="quiz_rules"),
    path("quizzes/<int:pk>/editors/", authoring_parts.editors, name="quiz_editors"),
    path("quizzes/<int:pk>/paste/", pasting.paste, name="quiz_paste"),
    path("quizzes/<int:pk>/results/", results.quiz_results, name="quiz_results"),
    path("quizzes/<int:pk>/results/export/", results.export, name="quiz_results_export"),
    path("quizzes/<int:pk>/results/<int:person_pk>/", results.person, name="quiz_results_person"),
    path("quizzes/<int:pk>/marking/", results_marking.waiting, name="quiz_marking"),
    path(
        "quizzes/<int:pk>/marking/<int:answer_pk>/",
        results_marking.mark,
        name="quiz_mark_answer",
    ),
]
