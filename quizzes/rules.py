"""What holds without a database, a clock or a request: what may be told when, scores, draws."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from questions.kinds import Grade

CENT = Decimal("0.01")


def score_of(grade: Grade, marks: Decimal) -> Decimal | None:
    """None as long as somebody has to look at it. Never below 0, never above the marks."""
    if grade.share is None:
        return None
    exact = marks * grade.share.numerator / grade.share.denominator
    return min(marks, max(Decimal(0), exact.quantize(CENT, ROUND_HALF_UP)))


def may_tell_results(
    *, feedback: str, is_open: bool, closes_at: datetime | None, at: datetime
) -> bool:
    """Whether keys and explanations of a whole attempt may be shown to its student."""
    if is_open:
        return False
    if feedback == "after_closing":
        return closes_at is not None and closes_at <= at
    return True


def drawn(candidates: Sequence[int], *, count: int, seed: int) -> list[int]:
    """So many by chance, the same for the same seed whatever order they came in."""
    ordered = sorted(candidates)
    chance = random.Random(seed)  # noqa: S311 (a draw that can be made again, not a secret)
    return chance.sample(ordered, min(count, len(ordered)))


def in_order(items: Sequence[int], *, seed: int, shuffle: bool) -> list[int]:
    ordered = list(items)
    if shuffle:
        random.Random(seed).shuffle(ordered)  # noqa: S311 (an order, not a secret)
    return ordered
