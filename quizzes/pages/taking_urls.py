"""Pages of taking quizzes."""

from django.urls import URLPattern, URLResolver, path

from quizzes.pages import quizzes, taking, taking_attempts

urlpatterns: list[URLPattern | URLResolver] = [
    path("quizzes/", quizzes.quizzes, name="quizzes"),
    path("quizzes/<int:pk>/", taking.quiz, name="quiz"),
    path("quizzes/<int:pk>/start/", taking.start, name="quiz_start"),
    path("attempts/<uuid:pk>/", taking_attempts.attempt, name="attempt"),
    path("attempts/<uuid:pk>/hand-in/", taking_attempts.hand_in, name="attempt_hand_in"),
    path(
        "attempts/<uuid:pk>/questions/<int:question_pk>/",
        taking_attempts.question,
        name="attempt_question",
    ),
]
