"""Where jobs are found."""

from django.urls import path

from core.jobs.api.views import JobCancellation, JobView

urlpatterns = [
    path("jobs/<uuid:job_id>/", JobView.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel/", JobCancellation.as_view(), name="job-cancel"),
]
