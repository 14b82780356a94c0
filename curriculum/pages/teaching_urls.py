"""Pages of those who teach."""

from django.urls import path

from curriculum.pages import classes, review

urlpatterns = [
    path("review/", review.review_queue, name="review_queue"),
    path("review/<int:pk>/", review.review, name="review"),
    path("review/<int:pk>/presence/", review.presence, name="review_presence"),
    path("review/<int:pk>/release/", review.release, name="review_release"),
    path("review/<int:pk>/reopen/", review.reopen, name="review_reopen"),
    path("review/<int:pk>/comments/", review.comment, name="review_comment"),
    path("review/<int:pk>/phrases/", review.phrases, name="review_phrases"),
    path("class/", classes.class_board, name="class_board"),
    path("class/export/", classes.class_export, name="class_export"),
    path("class/<int:pk>/", classes.class_student, name="class_student"),
    path("class/<int:pk>/extensions/", classes.give_extension, name="give_extension"),
    path(
        "class/<int:pk>/extensions/<int:extension_pk>/remove/",
        classes.take_extension_back,
        name="take_extension_back",
    ),
]
