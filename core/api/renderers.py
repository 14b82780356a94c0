"""JSON out: every time in UTC and in one form, also in answers that no serializer made."""

import datetime
from typing import Any

from rest_framework import renderers
from rest_framework.utils import encoders

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class JSONEncoder(encoders.JSONEncoder):
    def default(self, obj: Any) -> Any:
        if isinstance(obj, datetime.datetime) and obj.tzinfo is not None:
            return obj.astimezone(datetime.UTC).strftime(TIME_FORMAT)
        return super().default(obj)


class JSONRenderer(renderers.JSONRenderer):
    encoder_class = JSONEncoder

    def render(self, *given: Any, **named: Any) -> bytes:
        """A refusal may quote half of a character, which JSON can only name."""
        rendered: bytes
        try:
            rendered = super().render(*given, **named)
        except UnicodeEncodeError:
            rendered = _Escaping().render(*given, **named)
        return rendered


class _Escaping(renderers.JSONRenderer):
    encoder_class = JSONEncoder
    ensure_ascii = True
