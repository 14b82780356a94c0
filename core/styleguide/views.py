"""`/styleguide/`: every component in every state, and the layouts with something in them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.components import component
from core.icons import icon_names
from core.navigation import Navigation, Place, PlaceGroup
from core.policies import requires
from core.styleguide import policies  # noqa: F401  (declares what is asked here)
from core.styleguide.catalogue import GROUPS, LAYOUTS, pages
from core.styleguide.content import content
from core.styleguide.tokens import palette, scales


@require_GET
@requires("core.see_styleguide")
def index(request: HttpRequest) -> HttpResponse:
    context = {
        "palette": palette(),
        "scales": scales(),
        "icons": sorted(icon_names()),
        "layouts": LAYOUTS,
        "navigation": styleguide_navigation(request.path),
    }
    return render(request, "styleguide/index.html", context)


@require_GET
@requires("core.see_styleguide")
def show_component(request: HttpRequest, name: str) -> HttpResponse:
    shown = pages().get(name)
    if shown is None:
        raise Http404
    context = {
        **content(request),
        "page_title": _spoken(name),
        "components": [component(each) for each in shown],
        "samples": f"styleguide/samples/{name}.html",
        "navigation": styleguide_navigation(request.path),
    }
    return render(request, "styleguide/component.html", context)


@require_GET
@requires("core.see_styleguide")
def show_layout(request: HttpRequest, name: str) -> HttpResponse:
    if name not in LAYOUTS:
        raise Http404
    filling = content(request)
    context = {**filling, "navigation": filling["sample_navigation"]}
    return render(request, f"styleguide/layouts/{name}.html", context)


def styleguide_navigation(path: str) -> Navigation:
    start = Place("Foundations", "book-open", reverse("styleguide"), path == reverse("styleguide"))
    groups = [PlaceGroup("", [start])]
    groups += [
        PlaceGroup(str(group.title), [_place("component", name, path) for name in group.pages])
        for group in GROUPS
    ]
    groups.append(PlaceGroup("Layouts", [_place("layout", name, path) for name in LAYOUTS]))
    mails = reverse("styleguide-mail")
    groups.append(PlaceGroup("Elsewhere", [Place("Mail", "", mails, path == mails)]))
    return Navigation(groups)


def _place(kind: str, name: str, path: str) -> Place:
    href = reverse(f"styleguide-{kind}", args=[name])
    return Place(_spoken(name), "", href, href == path)


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
