"""JSON in, no larger than Django's own limit on bodies, which DRF does not look at."""

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

# No body of ours comes near. Deeper ones end in places that go down by calling themselves, such as
# those that quote a value in a refusal.
MOST_LEVELS = 50


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
            said = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
        except json.JSONDecodeError as error:
            raise ParseError(_("The body is not valid JSON: {where}").format(where=error)) from None
        except (ValueError, RecursionError):
            # What Python says of huge numbers and deep nesting is about its own inside.
            raise ParseError(_("The body is not JSON that can be read.")) from None
        if body.count(b"[") + body.count(b"{") > MOST_LEVELS and _is_deep(said):
            raise ParseError(_("The body is not JSON that can be read."))
        return said


def _is_deep(said: Any) -> bool:
    level = [said]
    for _depth in range(MOST_LEVELS + 1):
        level = [inner for each in level for inner in _within(each)]
        if not level:
            return False
    return True


def _within(said: Any) -> Iterable[Any]:
    if isinstance(said, dict):
        return said.values()
    return said if isinstance(said, list) else ()


def _finite(digits: str) -> float:
    """1e999 is a number to JSON, and infinite to Python."""
    number = float(digits)
    return number if isfinite(number) else _refuse_constant(digits[:20])


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is no JSON", "", 0)
