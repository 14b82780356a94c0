"""Lists that grow, read from where one stopped: the truth behind the hints.

Ids are handed out before the commit, so a row with a lower id may appear after one with a higher
id was read, and a plain `id > last` would never see it. Rows therefore count as settled only when
they are older than any transaction that writes such rows may last: the cursor stays before the
first one that is not, and the rows behind it come again the next time. Readers know rows by their
ids. What writes rows of such a list keeps its transaction short.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from core.errors import Invalid

M = TypeVar("M", bound=Model)

SETTLED_AFTER = timedelta(seconds=30)
LIMIT = 100


@dataclass(frozen=True)
class Slice(Generic[M]):
    """`cursor` is where to begin the next time, `next` where to read on now if there is more."""

    rows: list[M]
    cursor: int
    next: int | None


def rows_after(
    rows: QuerySet[M],
    *,
    after: int,
    at: datetime,
    written_at: str = "created_at",
    limit: int = LIMIT,
) -> Slice[M]:
    """The rows with ids above `after`, in their order, in one query.

    `written_at` names the field that holds when a row was written, which is before its commit.
    """
    found = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    page = found[:limit]
    cursor = after
    for row in page:
        if getattr(row, written_at) > at - SETTLED_AFTER:
            break
        cursor = row.pk
    return Slice(page, cursor, next=page[-1].pk if len(found) > limit else None)


def read_after(text: str | None) -> int:
    """What a request says in `?after=`; nothing means the beginning."""
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63))):
        raise Invalid(after=[_("This must be the number of the last one read.")])
    return int(text)
