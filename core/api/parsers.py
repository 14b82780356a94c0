"""JSON in, no larger than Django's own limit on bodies, which DRF does not look at."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # Asking the request itself applies the limit, and lets others read the body after us.
        body = stream.body if isinstance(stream, HttpRequest) else stream.read()
        try:
            return json.loads(body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            where = str(error)
            raise ParseError(_("The body is not valid JSON: {where}").format(where=where)) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
