"""The places of quizzes in the side navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import NavigationItem

PLACES = {
    "quizzes": NavigationItem(
        _("Quizzes"),
        "list-checks",
        url="quizzes",
        policy="quizzes.view",
        order=30,
        on_phone=True,
        elsewhere=("/attempts/",),
    ),
}
