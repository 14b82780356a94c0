"""The place of the bank in the side navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import NavigationItem

PLACES = {
    "questions": NavigationItem(
        _("Questions"),
        "circle-question-mark",
        url="questions",
        policy="questions.view_bank",
        order=130,
        group=_("Teaching"),
    ),
}
