"""Questions that are reckoned, so that there are as many as one likes, in several languages."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sandbox.services.gemini.languages import sums_in

TRIES = 40
WRONG = 3


@dataclass(frozen=True, kw_only=True)
class Sum:
    text: str
    explanation: str
    choices: tuple[tuple[str, bool], ...] = ()
    answer: bool | None = None
    value: float | None = None


@dataclass(frozen=True)
class Worked:
    """What fills the words of a sum, its result, and results of usual slips."""

    given: dict[str, object]
    result: Any
    slips: tuple[object, ...]


def reckon(kind: str, language: str, chance: random.Random) -> Iterator[Sum]:
    if kind not in {"SINGLE", "NUMERIC", "TRUE_FALSE"}:
        return
    words = sums_in(language)
    for number in range(TRIES):
        name = list(FAMILIES)[number % len(FAMILIES)]
        worked = FAMILIES[name](chance)
        text, explanation = words[name]
        said = Sum(
            text=text.format(**worked.given),
            explanation=explanation.format(**worked.given, result=worked.result),
        )
        made = _as_kind(kind, said, worked, chance, words["claim"][0])
        if made is not None:
            yield made


def _as_kind(kind: str, said: Sum, worked: Worked, chance: random.Random, claim: str) -> Sum | None:
    if kind == "NUMERIC":
        is_number = isinstance(worked.result, int | float)
        return replace(said, value=worked.result) if is_number else None
    slips = list(dict.fromkeys(str(slip) for slip in worked.slips if slip != worked.result))
    if kind == "TRUE_FALSE":
        answer = chance.random() < 0.5
        shown = worked.result if answer else slips[0]
        return replace(said, text=f"{said.text}\n\n{claim.format(result=shown)}", answer=answer)
    if len(slips) < WRONG:
        return None
    choices = [(f"`{worked.result}`", True), *((f"`{slip}`", False) for slip in slips[:WRONG])]
    chance.shuffle(choices)
    return replace(said, choices=tuple(choices))


def _slice(chance: random.Random) -> Worked:
    numbers = chance.sample(range(10, 99), 6)
    start, end = chance.randint(1, 2), chance.randint(4, 5)
    return Worked(
        {"numbers": numbers, "start": start, "end": end},
        numbers[start:end],
        (numbers[start : end + 1], numbers[start - 1 : end], numbers[start - 1 : end - 1]),
    )


def _median(chance: random.Random) -> Worked:
    numbers = chance.sample(range(3, 90), 5)
    ordered = sorted(numbers)
    return Worked(
        {"numbers": numbers, "ordered": ordered},
        ordered[2],
        (
            numbers[2] if numbers[2] != ordered[2] else ordered[1],
            ordered[3],
            ordered[1],
            ordered[4],
        ),
    )


def _join(chance: random.Random) -> Worked:
    left, right = chance.randint(3, 9), chance.randint(11, 19)
    return Worked(
        {"left": left, "right": right}, left * right, (left + right, right, left, left * right - 1)
    )


def _range(chance: random.Random) -> Worked:
    start, end, step = chance.randint(1, 5), chance.randint(20, 40), chance.randint(3, 6)
    count = len(range(start, end, step))
    return Worked(
        {"start": start, "end": end, "step": step},
        count,
        (count + 1, count - 1, end - start, count + 2),
    )


def _hex(chance: random.Random) -> Worked:
    number = chance.randint(33, 250)
    return Worked(
        {"hex": f"{number:X}", "high": number // 16, "low": number % 16},
        number,
        (number + 16, number - 1, number + 1, number - 16),
    )


def _nulls(chance: random.Random) -> Worked:
    numbers = chance.sample(range(2, 60), 5)
    listed = [*map(str, numbers[:2]), "NULL", *map(str, numbers[2:4]), "NULL", str(numbers[4])]
    return Worked({"values": ", ".join(listed)}, 5, (7, 6, 2, sum(numbers)))


FAMILIES: dict[str, Callable[[random.Random], Worked]] = {
    "slice": _slice,
    "median": _median,
    "join": _join,
    "range": _range,
    "hex": _hex,
    "nulls": _nulls,
}
