"""Deleting what others may refer to."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from core.errors import DomainError


@contextmanager
def unless_in_use(refusal: type[DomainError]) -> Iterator[None]:
    """Refused where something protects a row, also where it came in that very moment.

    PostgreSQL looks at foreign keys when a transaction ends, where nobody could say it in words.
    """
    try:
        with transaction.atomic():
            yield
            connection.check_constraints()
    except (ProtectedError, IntegrityError):
        raise refusal from None
