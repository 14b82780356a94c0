"""What somebody sent when a fresh proof was asked for: kept meanwhile, to be sent by one click.

It is shown before it goes, and sent by a form of its own: coming back does nothing by itself.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.redaction import is_secret_name

SESSION_KEY = "kept_form"


def keep_and_ask_for_proof(request: HttpRequest) -> HttpResponse:
    """In the session, but for secrets such as passwords, which are typed anew."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not is_secret_name(name)
        for value in values
    ]
    request.session[SESSION_KEY] = {"path": request.get_full_path(), "fields": fields}
    back = urlencode({"next": reverse("admin:again")}, safe="/")
    return HttpResponseRedirect(f"{resolve_url(settings.PROOF_URL)}?{back}")


def send_again(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The page one comes back to."""
    kept = request.session.pop(SESSION_KEY, None)
    if kept is None:
        return HttpResponseRedirect(reverse("admin:index"))
    return TemplateResponse(
        request, "admin/again.html", {**context, "title": _("Go on"), "kept": kept}
    )
