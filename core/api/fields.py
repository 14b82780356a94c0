"""Fields that refuse what no row can be named by."""

from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import serializers

Row = TypeVar("Row", bound=Model)


class ByName(serializers.SlugRelatedField[Row]):
    """A row by its code or name. The database takes no text with NUL, not even to look it up."""

    def to_internal_value(self, data: Any) -> Row:
        if not isinstance(data, str) or "\x00" in data:
            self.fail("invalid")
        found: Row = super().to_internal_value(data)
        return found
