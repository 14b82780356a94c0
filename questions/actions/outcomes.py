"""Taking down how answers fared. Called by what asks questions, when answers are handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

_ADD_OUTCOMES = """
INSERT INTO questions_versionstatistics AS known (
    version_id, answers, share_sum, share_squares, rest_sum, rest_squares, products,
    timed, seconds_sum
)
SELECT version, count(*), sum(share), sum(share * share), sum(rest), sum(rest * rest),
       sum(share * rest), count(seconds), coalesce(sum(seconds), 0)
FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::float8[])
     AS outcome (version, share, rest, seconds)
GROUP BY version ORDER BY version
ON CONFLICT (version_id) DO UPDATE SET
    answers = known.answers + excluded.answers,
    share_sum = known.share_sum + excluded.share_sum,
    share_squares = known.share_squares + excluded.share_squares,
    rest_sum = known.rest_sum + excluded.rest_sum,
    rest_squares = known.rest_squares + excluded.rest_squares,
    products = known.products + excluded.products,
    timed = known.timed + excluded.timed,
    seconds_sum = known.seconds_sum + excluded.seconds_sum
"""
_ADD_CHOICES = """
INSERT INTO questions_choicecount AS known (choice_id, times)
SELECT choice, times FROM unnest(%s::bigint[], %s::int[]) AS taken (choice, times)
ORDER BY choice
ON CONFLICT (choice_id) DO UPDATE SET times = known.times + excluded.times
"""
_REPLACE_SHARE = """
UPDATE questions_versionstatistics SET
    share_sum = share_sum + (%(now)s - %(was)s),
    share_squares = share_squares + (%(now)s * %(now)s - %(was)s * %(was)s),
    products = products + (%(now)s - %(was)s) * %(rest)s
WHERE version_id = %(version)s
"""
_CARRY_OUTCOMES = """
INSERT INTO questions_versionstatistics (
    version_id, answers, share_sum, share_squares, rest_sum, rest_squares, products,
    timed, seconds_sum
)
SELECT pair.made, answers, share_sum, share_squares, rest_sum, rest_squares, products,
       timed, seconds_sum
FROM unnest(%s::bigint[], %s::bigint[]) AS pair (former, made)
JOIN questions_versionstatistics AS known ON known.version_id = pair.former
ORDER BY pair.made
"""
_CARRY_CHOICES = """
INSERT INTO questions_choicecount (choice_id, times)
SELECT choice.id, taken.times
FROM unnest(%s::bigint[], %s::bigint[]) AS pair (former, made)
JOIN questions_choice AS known ON known.version_id = pair.former
JOIN questions_choicecount AS taken ON taken.choice_id = known.id
JOIN questions_choice AS choice
    ON choice.version_id = pair.made AND choice.position = known.position
ORDER BY choice.id
"""


@dataclass(frozen=True)
class Outcome:
    """`share` of the full marks; `rest` the share of all other marks of the same attempt."""

    version: int
    share: float
    rest: float
    seconds: float | None = None
    choices: Sequence[int] = ()


def record_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Two statements for any number, in one order, so that two who hand in do not deadlock."""
    if not outcomes:
        return
    taken = Counter(choice for outcome in outcomes for choice in outcome.choices)
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_OUTCOMES,
            [
                [outcome.version for outcome in outcomes],
                [outcome.share for outcome in outcomes],
                [outcome.rest for outcome in outcomes],
                [outcome.seconds for outcome in outcomes],
            ],
        )
        if taken:
            cursor.execute(_ADD_CHOICES, [list(taken), list(taken.values())])


def replace_share(version: int, *, was: float, now: float, rest: float) -> None:
    """One that was recorded got other points: the sums are as if it had got them at first."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE_SHARE, {"version": version, "was": was, "now": now, "rest": rest})


def carry_outcomes(made: Mapping[int, int]) -> None:
    """What is known of former versions goes on with those `made` of them, which ask the same.

    Two statements for any number. Answers to a former version that come later count for it alone.
    """
    if not made:
        return
    pairs = [list(made), list(made.values())]
    with connection.cursor() as cursor:
        cursor.execute(_CARRY_OUTCOMES, pairs)
        cursor.execute(_CARRY_CHOICES, pairs)
