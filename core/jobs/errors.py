"""How a job can end other than by success, and what cannot be done with one."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict


class JobCancelled(Exception):
    """Raised inside a run whose cancelling was asked for. Clean up, and let it pass."""


class JobSuperseded(Exception):
    """Raised inside a run that lost its lease: another one has taken over. Let it pass."""


class JobUnderWay(Conflict):
    """`job` in the details is the one that runs already."""

    message = _("This is under way already. Please wait until it has ended.")


class JobIsOver(Conflict):
    message = _("This job has ended already.")


class JobIsLive(Conflict):
    message = _("This job has not ended yet.")
