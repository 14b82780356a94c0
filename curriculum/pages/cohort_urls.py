"""Where the pages of cohorts are."""

from django.urls import path

from curriculum.pages import cohorts

urlpatterns = [
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path("cohorts/new/", cohorts.new_cohort, name="new_cohort"),
    path("cohorts/<int:pk>/", cohorts.cohort, name="cohort"),
    path("cohorts/<int:pk>/change/", cohorts.change_cohort, name="change_cohort"),
    path("cohorts/<int:pk>/close/", cohorts.close, name="close_cohort"),
    path("cohorts/<int:pk>/due-dates/", cohorts.change_due_dates, name="change_due_dates"),
    path("cohorts/<int:pk>/members/", cohorts.add_members, name="add_cohort_members"),
    path(
        "cohorts/<int:pk>/members/<int:member_pk>/remove/",
        cohorts.remove_member,
        name="remove_cohort_member",
    ),
]
