"""Rows as they are at this moment, held until the transaction ends."""

from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.db.models.manager import Manager
from django.db.models.query import QuerySet

from core.errors import Missing

M = TypeVar("M", bound=Model)


def held(rows: QuerySet[M] | Manager[M], pk: Any, *, no_key: bool = False) -> M:
    """The row of this key, locked; what was deleted since somebody saw it is `Missing`."""
    try:
        return rows.select_for_update(of=("self",), no_key=no_key).get(pk=pk)
    except ObjectDoesNotExist:
        raise Missing from None
