"""The Django admin as a whole: who gets in, and what its first page shows."""

from collections.abc import Callable
from functools import wraps
from http import HTTPMethod
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from core.backoffice.base import PlatformAdmin
from core.backoffice.cards import admin_cards
from core.backoffice.kept import keep_and_ask_for_proof, send_again
from core.clock import now
from core.errors import ProofNeeded
from core.policies import can, demand, policy

# Passwords have one place of their own, which no back door goes around.
LEFT_OUT = frozenset({"password_change", "password_change_done"})


@policy("core.enter_admin", in_person=True)
def enter(user: Any, obj: None) -> bool:
    """Enter the admin"""
    return bool(user.is_staff)


class Site(UnfoldAdminSite):
    site_title = site_header = "ApraNova"
    index_title = _("Today")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        theirs = [each for each in super().get_urls() if getattr(each, "name", "") not in LEFT_OUT]
        return [path("again/", self.admin_view(self.again), name="again"), *theirs]

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any
    ) -> None:
        """Ours alone: what libraries register writes past our policies and the audit log.

        With allauth's addresses, say, an admin could take over the account of a superadmin.
        """
        if admin_class is not None and issubclass(admin_class, PlatformAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "core.enter_admin")

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            demand(request.user, "core.enter_admin")
            try:
                return guarded(request, *args, **kwargs)
            except ProofNeeded:
                if request.method != HTTPMethod.POST:
                    raise
                return keep_and_ask_for_proof(request)

        return answer

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To the one sign-in that there is, whatever factors it asks for."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_logout"), preserve_request=True)

    def again(self, request: HttpRequest) -> HttpResponse:
        return send_again(request, self.each_context(request))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        at = now()
        cards = [make(at) for _name, make in admin_cards]
        return super().index(request, {"cards": cards, **(extra_context or {})})
