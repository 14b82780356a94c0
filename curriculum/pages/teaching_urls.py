"""Pages of those who teach."""

from django.urls import path

from curriculum.pages import review

urlpatterns = [
    path("review/", review.review_queue, name="review_queue"),
    path("review/<int:pk>/", review.review, name="review"),
    path("review/<int:pk>/presence/", review.presence, name="review_presence"),
    path("review/<int:pk>/release/", review.release, name="review_release"),
    path("review/<int:pk>/reopen/", review.reopen, name="review_reopen"),
    path("review/<int:pk>/comments/", review.comment, name="review_comment"),
    path("review/<int:pk>/phrases/", review.phrases, name="review_phrases"),
]
