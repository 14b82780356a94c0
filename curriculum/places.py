"""The places of curriculum in the side navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import NavigationItem
from curriculum.review_queue import waiting_for

PLACES = {
    "tracks": NavigationItem(
        _("Tracks"),
        "layers",
        url="tracks",
        policy="curriculum.view_tracks",
        order=20,
        on_phone=True,
        elsewhere=("/projects/", "/submissions/"),
    ),
    "review": NavigationItem(
        _("Review"),
        "clipboard-check",
        url="review_queue",
        policy="curriculum.view_queue",
        order=100,
        group=_("Teaching"),
        on_phone=True,
        count=waiting_for,
    ),
    "class": NavigationItem(
        _("Class"),
        "users",
        url="class_board",
        policy="curriculum.view_class",
        order=110,
        group=_("Teaching"),
        on_phone=True,
    ),
    "cohorts": NavigationItem(
        _("Cohorts"),
        "graduation-cap",
        url="cohorts",
        policy="curriculum.view_cohorts",
        order=120,
        group=_("Teaching"),
    ),
}
