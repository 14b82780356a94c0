"""The contract of the API, for machines and for people."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.utils.decorators import method_decorator
from django.utils.translation import get_language, override
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.conditional import conditional


class ByFormatOrAccept(DefaultContentNegotiation):
    """People open the schema in a browser, where `?format=yaml` is easier said than Accept."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        chosen = format_suffix or request.query_params.get("format")
        return super().select_renderer(request, renderers, chosen)


class SchemaView(APIView):
    permission_classes = [AllowAny]
    content_negotiation_class = ByFormatOrAccept
    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]
    public_reads = True

    @extend_schema(exclude=True)
    @conditional
    def get(self, request: Request) -> Response:
        return Response(schema_in(get_language() or "en"))


@method_decorator(ensure_csrf_cookie, name="dispatch")
class SwaggerView(TemplateView):
    template_name = "api/swagger.html"


class RedocView(TemplateView):
    template_name = "api/redoc.html"


@cache
def schema_in(language: str) -> dict[str, Any]:
    """Made once a process: it depends on the code and on nothing else."""
    with override(language):
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
        return schema
