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
    "profile": NavigationItem(
        _("Profile"),
        "circle-user",
        url="profile",
        policy="accounts.use_own_profile",
        order=800,
        group=_("You"),
        on_phone=True,
    ),
    "security": NavigationItem(
        _("Security"),
        "shield-check",
        url="security",
        policy="accounts.use_own_second_factor",
        order=810,
        group=_("You"),
        elsewhere=(
            "/accounts/2fa/",
            "/accounts/3rdparty/",
            "/accounts/email/",
            "/accounts/password/change/",
        ),
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
    "api keys": NavigationItem(
        _("API keys"),
        "key-round",
        url="api_keys",
        policy="accounts.use_api_keys",
        order=915,
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
