"""What the sums of answers say: how hard a question is, and whether its key looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from questions.kinds import BY_HAND

# Below this many answers, nothing is said of discrimination.
ENOUGH_ANSWERS = 10
# Nearly all get it right; hardly more do than by guessing.
EASY_FROM, HARD_TO = 0.95, 0.2
# Where all answers are alike, sums of floats are not quite zero.
NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Sums:
    answers: int = 0
    share_sum: float = 0
    share_squares: float = 0
    rest_sum: float = 0
    rest_squares: float = 0
    products: float = 0
    timed: int = 0
    seconds_sum: float = 0


@dataclass(frozen=True)
class ItemStatistics:
    """`facility` is the mean share of marks, `discrimination` its correlation with the rest."""

    answers: int
    facility: float | None
    discrimination: float | None
    seconds: float | None

    @property
    def has_doubtful_key(self) -> bool:
        """Those who do well elsewhere do worse here: often the key is wrong."""
        return self.discrimination is not None and self.discrimination < 0

    @property
    def is_too_easy(self) -> bool:
        return self._has_enough and (self.facility or 0) >= EASY_FROM

    @property
    def is_too_hard(self) -> bool:
        return self._has_enough and (self.facility or 0) <= HARD_TO

    @property
    def _has_enough(self) -> bool:
        return self.answers >= ENOUGH_ANSWERS


def item_statistics(sums: Sums) -> ItemStatistics:
    n = sums.answers
    return ItemStatistics(
        answers=n,
        facility=sums.share_sum / n if n else None,
        discrimination=_correlation(sums) if n >= ENOUGH_ANSWERS else None,
        seconds=sums.seconds_sum / sums.timed if sums.timed else None,
    )


def statistics_in(row: object) -> ItemStatistics:
    """Of a row that holds the sums."""
    return item_statistics(Sums(**{name: getattr(row, name) for name in Sums.__dataclass_fields__}))


def is_key_doubtful(statistics: ItemStatistics, *, type_: str) -> bool:
    """What a person marks has no key that could be wrong."""
    return statistics.has_doubtful_key and type_ not in BY_HAND


def _correlation(sums: Sums) -> float | None:
    """None where all answers, or all rests, are alike."""
    n = sums.answers
    of_share = sums.share_squares - sums.share_sum**2 / n
    of_rest = sums.rest_squares - sums.rest_sum**2 / n
    if of_share <= NO_SPREAD or of_rest <= NO_SPREAD:
        return None
    together = sums.products - sums.share_sum * sums.rest_sum / n
    return max(-1.0, min(1.0, together / sqrt(of_share * of_rest)))
