"""Leads staff without a second factor to setting one up, where they must have one."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from accounts.errors import SecondFactorMissing
from accounts.staff_factor import demand_factor_of_staff
from core.api.exceptions import refusal_for, refusal_of
from core.pages import refuse
from core.requests import is_api


class StaffFactorMiddleware:
    """For whoever comes with a cookie; those with a token are asked where it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponseBase | None:
        # Without the setting nobody is looked up, so that public pages stay without a query.
        if not settings.STAFF_SECOND_FACTOR:
            return None
        try:
            demand_factor_of_staff(request, request.user)
        except SecondFactorMissing as error:
            if is_api(request):
                return refuse(request, refusal_of(error) or refusal_for(error.status))
            return redirect("security")
        return None
