"""Pages of lists whose length is known by other means than counting them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator


class _CountedPaginator(Paginator):
    def __init__(self, rows: Any, per_page: int, *, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


def counted_page(rows: Any, per_page: int, *, count: int, number: str | None) -> Page[Any]:
    return _CountedPaginator(rows, per_page, count=count).get_page(number)
