"""Where the pages of learning are."""

from django.urls import path

from curriculum.pages import handing_in, projects, submissions, tracks

urlpatterns = [
    path("tracks/", tracks.tracks, name="tracks"),
    path("tracks/<str:code>/", tracks.track, name="track"),
    path("tracks/<str:code>/enroll/", tracks.enroll, name="enroll"),
    path("projects/<int:pk>/", projects.project, name="project"),
    path("projects/<int:pk>/steps/<int:step_pk>/", projects.tick_step, name="tick_step"),
    path(
        "projects/<int:project_pk>/deliverables/<int:pk>/submit/",
        handing_in.hand_in,
        name="hand_in",
    ),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/revise/", handing_in.revise, name="revise"),
    path("submissions/<int:pk>/comments/", submissions.comments, name="comments"),
    path(
        "submissions/<int:pk>/comments/<int:comment_pk>/",
        submissions.comment,
        name="comment",
    ),
    path(
        "submissions/<int:pk>/comments/<int:comment_pk>/remove/",
        submissions.remove_comment,
        name="remove_comment",
    ),
]
