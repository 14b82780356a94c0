"""The places of curriculum in the side navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import NavigationItem

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
}
