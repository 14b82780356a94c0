"""A page with one form, which says what an action refused and with which status."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.errors import DomainError
from core.pages import add_error

# What is not about what somebody typed: the refusals of `core.pages` say it.
NOT_ABOUT_THE_FORM = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
SECRETS = ("password", "old_password", "new_password")


@method_decorator([never_cache, sensitive_post_parameters(*SECRETS)], name="dispatch")
class FormPage(View):
    http_method_names = ("get", "head", "options", "post")
    template: ClassVar[str]

    def make_form(self, data: Any = None) -> BaseForm:
        raise NotImplementedError

    def act(self, form: BaseForm) -> HttpResponse:
        """What a good form leads to. A `DomainError` is shown on the form."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest, **parts: Any) -> HttpResponse:
        return self.show(self.make_form())

    def post(self, request: HttpRequest, **parts: Any) -> HttpResponse:
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.show(form)
        try:
            return self.act(form)
        except DomainError as error:
            if error.status in NOT_ABOUT_THE_FORM:
                raise
            add_error(form, error)
            return self.show(form, error)

    def show(self, form: BaseForm, error: DomainError | None = None) -> HttpResponse:
        response = render(self.request, self.template, {"form": form, **self.context()})
        if error is not None and error.status != HTTPStatus.BAD_REQUEST:
            response.status_code = error.status
            if "retry_after" in error.details:
                response["Retry-After"] = str(error.details["retry_after"])
        return response
