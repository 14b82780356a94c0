"""The way out of somebody else's name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.impersonation import step_out


@require_POST
def end_impersonation(request: HttpRequest) -> HttpResponse:
    """Back to the page of whom one was, in the admin where one came from."""
    person = step_out(request)
    if person is None:
        return HttpResponseRedirect(reverse("landing"))
    messages.success(request, _("You are yourself again."))
    return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[person.pk]))
