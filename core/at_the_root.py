"""What browsers and crawlers ask for by name at the root of a site."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

# What is behind a sign-in, or made for machines, is nothing to be found by searching.
CLOSED = ("/accounts/", "/admin/", "/api/", "/dashboard/", "/styleguide/")
ROBOTS = "User-agent: *\n" + "".join(f"Disallow: {address}\n" for address in CLOSED)
A_DAY = 24 * 3600


@require_GET
@cache_control(public=True, max_age=A_DAY)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain")


@require_GET
@cache_control(public=True, max_age=A_DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """Pages name their icon themselves; answers that are no pages cannot."""
    return HttpResponseRedirect(static("img/mark.svg"))


urlpatterns = [
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
]
