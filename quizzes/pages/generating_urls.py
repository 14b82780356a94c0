"""Pages of having quizzes made by AI."""

from django.urls import URLPattern, URLResolver, path

from quizzes.pages import generating, generating_drafts

urlpatterns: list[URLPattern | URLResolver] = [
    path("quizzes/generate/", generating.generate, name="quiz_generate"),
    path("quizzes/generations/<uuid:pk>/", generating.generation, name="quiz_generation"),
    path(
        "quizzes/generations/<uuid:pk>/progress/",
        generating.progress,
        name="quiz_generation_progress",
    ),
    path(
        "quizzes/generations/<uuid:pk>/again/", generating.try_again, name="quiz_generation_again"
    ),
    path(
        "quizzes/generations/<uuid:pk>/publish/",
        generating_drafts.publish,
        name="quiz_generation_publish",
    ),
    path(
        "quizzes/generations/<uuid:pk>/order/",
        generating_drafts.order,
        name="quiz_generation_order",
    ),
    path(
        "quizzes/generations/<uuid:pk>/put-back/",
        generating_drafts.bring_back,
        name="quiz_generation_put_back",
    ),
    path(
        "quizzes/generations/<uuid:pk>/<int:question>/vet/",
        generating_drafts.vet,
        name="quiz_generation_vet",
    ),
    path(
        "quizzes/generations/<uuid:pk>/<int:question>/another/",
        generating_drafts.another,
        name="quiz_generation_another",
    ),
    path(
        "quizzes/generations/<uuid:pk>/<int:question>/remove/",
        generating_drafts.remove,
        name="quiz_generation_remove",
    ),
]
