"""Acting as somebody, from their page or their row in the list of people."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.impersonation import impersonate
from accounts.models import User
from core.policies import can


class Impersonating:
    """For the admin of people."""

    change_form_outer_before_template = "admin/accounts/impersonate.html"

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(self.impersonate_view)  # type: ignore[attr-defined]
        ours = path("<int:user_id>/impersonate/", guarded, name="accounts_user_impersonate")
        return [ours, *super().get_urls()]  # type: ignore[misc]

    @method_decorator(require_POST)
    def impersonate_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            raise Http404
        impersonate(request, user)
        return HttpResponseRedirect(reverse("dashboard"))

    @admin.action(description=_("Act as…"), permissions=["impersonate"])
    def impersonate_chosen(
        self, request: HttpRequest, queryset: models.QuerySet[User]
    ) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            only_one = _("Choose one person: nobody is two people at once.")
            self.message_user(request, only_one, messages.ERROR)  # type: ignore[attr-defined]
            return None
        return self.impersonate_view(request, chosen[0].pk)

    def has_impersonate_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.impersonate")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        person = self.get_object(request, object_id)  # type: ignore[attr-defined]
        may = person is not None and can(request.user, "accounts.impersonate", person)
        context = {**(extra_context or {}), "may_impersonate": may}
        return super().change_view(request, object_id, form_url, context)  # type: ignore[misc]
