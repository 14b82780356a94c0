"""The places of accounts in the side navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import NavigationItem

PLACES = {
    "dashboard": NavigationItem(
        _("Dashboard"),
        "layout-dashboard",
        url="dashboard",
        policy="accounts.see_dashboard",
        order=10,
        on_phone=True,
    ),
    "admin": NavigationItem(
        _("Admin"),
        "sliders-horizontal",
        url="admin:index",
        policy="core.enter_admin",
        order=900,
        group=_("Platform"),
        on_phone=True,
    ),
    "api": NavigationItem(
        _("API"),
        "zap",
        url="api-docs",
        policy="core.enter_admin",
        order=910,
        group=_("Platform"),
    ),
    "styleguide": NavigationItem(
        _("Styleguide"),
        "layers",
        url="styleguide",
        policy="core.enter_admin",
        order=920,
        group=_("Platform"),
    ),
}
