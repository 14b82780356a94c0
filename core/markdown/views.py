"""What somebody writes, as it will look."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.errors import TooLarge
from core.markdown import policies  # noqa: F401  (declares what is asked here)
from core.markdown.rendering import render_markdown
from core.policies import requires
from core.throttles import charge

SCOPE = "previews"
LARGEST = 20_000


@never_cache
@require_POST
@requires("core.preview_markdown")
def preview(request: HttpRequest) -> HttpResponse:
    """A part of a page, for the widget `MarkdownInput`."""
    charge(request, scope=SCOPE)
    text = request.POST.get("text", "")
    if len(text.encode()) > LARGEST:
        raise TooLarge(_("A preview takes texts of up to 20 kB. What you wrote is still here."))
    lacks_words = 'alt=""' in render_markdown(text, headings_from=3)
    return render(request, "markdown/preview.html", {"text": text, "lacks_words": lacks_words})
