"""`/styleguide/mail/`: every mail as its reader gets it, with the words of a sample."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from core.mail.rendering import Words
from core.mail.rendering import render as rendered_mail
from core.mail.samples import mail_samples
from core.policies import requires
from core.styleguide.views import styleguide_navigation

# Mails bring styles of their own, so they stand in a frame that can do nothing but show them.
AS_IN_A_MAILBOX = {
    "sandbox": [],
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}


@require_GET
@requires("core.see_styleguide")
def show_mails(request: HttpRequest) -> HttpResponse:
    mails = [{"template": template, "words": _words(template)} for template, _ in mail_samples]
    context = {"mails": mails, "navigation": styleguide_navigation(request.path)}
    return render(request, "styleguide/mail.html", context)


@require_GET
@requires("core.see_styleguide")
@xframe_options_sameorigin
@csp(AS_IN_A_MAILBOX)  # type: ignore[arg-type]  # It wraps views of any arguments.
def show_mail(request: HttpRequest, template: str) -> HttpResponse:
    if template not in mail_samples:
        raise Http404
    return HttpResponse(_words(template).html)


def _words(template: str) -> Words:
    return rendered_mail(template, mail_samples[template], language=get_language())
