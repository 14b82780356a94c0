"""The platform's addresses, and a page that hears of people as they come."""

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path

from core import clock
from core.live.cursor import read_after, rows_after
from core.urls import handler400, handler403, handler404, handler500
from core.urls import urlpatterns as urls_of_the_platform

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@login_required
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "tests/people.html")


@login_required
def people(request: HttpRequest) -> JsonResponse:
    found = rows_after(
        get_user_model().objects.all(),
        after=read_after(request.GET.get("after")),
        at=clock.now(),
        written_at="joined_at",
        limit=2,
    )
    results = [{"id": person.pk, "email": person.email} for person in found.rows]
    return JsonResponse({"results": results, "cursor": found.cursor, "next": found.next})


urlpatterns = [
    *urls_of_the_platform,
    path("tests/people/", page),
    path("tests/people/list/", people),
]
