"""What the demo's students answer: sometimes right, and wrong in the ways that people are.

Pure: chance comes in as an argument.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from questions.kinds import BY_HAND, Material, kind_of

# What one writes who does not know.
GUESSES = ("a cache", "an index", "a branch", "the header", "a view", "default", "copy")
FACTORS = (Decimal(2), Decimal(10), Decimal("0.5"), Decimal("0.1"))
_PARTS_OF_HANDWORK = (0.4, 0.7, 1.0)


def answer_to(
    material: Material, *, is_right: bool, chance: random.Random, belief: str = ""
) -> Any:
    """As a page sends it; `belief` is the text of the choice that those who know take instead."""
    if belief:
        weights = [
            9 * (choice.text == belief) if is_right else 1 + 8 * choice.is_correct
            for choice in material.choices
        ]
        return chance.choices([choice.id for choice in material.choices], weights)
    right = kind_of(material.type).right_response(material)
    if material.type in BY_HAND:
        return _handwork(material, chance)
    if is_right and right is not None:
        return right
    return _WRONG[material.type](material, right, chance)


def _another_choice(material: Material, right: Any, chance: random.Random) -> list[int]:
    """The first of the wrong ones misleads most."""
    wrong = [choice.id for choice in material.choices if not choice.is_correct]
    weights = [2.0**-place for place in range(len(wrong))]
    return chance.choices(wrong, weights)


def _other_choices(material: Material, right: Any, chance: random.Random) -> list[int]:
    wrong = [choice.id for choice in material.choices if not choice.is_correct]
    kept = list(right)
    if len(kept) > 1 and chance.random() < 0.6:
        kept.remove(chance.choice(kept))
    if wrong and (kept == list(right) or chance.random() < 0.4):
        kept.append(chance.choice(wrong))
    return sorted(kept)


def _another_number(material: Material, right: Any, chance: random.Random) -> str:
    number, _space, unit = str(right).partition(" ")
    value = Decimal(number) * chance.choice(FACTORS) or Decimal(1)
    return f"{value.normalize():f} {unit}".strip()


def _other_words(material: Material, right: Any, chance: random.Random) -> str:
    return chance.choice(GUESSES)


def _two_swapped(material: Material, right: Any, chance: random.Random) -> dict[str, str]:
    pairs = dict(right)
    one, other = chance.sample(sorted(pairs), 2) if len(pairs) > 1 else (next(iter(pairs)),) * 2
    pairs[one], pairs[other] = pairs[other], pairs[one]
    return pairs


def _neighbours_swapped(material: Material, right: Any, chance: random.Random) -> list[int]:
    order = list(right)
    place = chance.randrange(len(order) - 1)
    order[place], order[place + 1] = order[place + 1], order[place]
    return order


def _one_blank_wrong(material: Material, right: Any, chance: random.Random) -> dict[str, str]:
    return {**right, chance.choice(sorted(right)): chance.choice(GUESSES)}


def _handwork(material: Material, chance: random.Random) -> str | None:
    """A beginning of what graders have in mind, in whole lines."""
    lines = str(material.key.get("model_answer", "")).splitlines()
    if not lines:
        return None
    return "\n".join(lines[: max(1, round(len(lines) * chance.choice(_PARTS_OF_HANDWORK)))])


_WRONG: Mapping[str, Callable[[Material, Any, random.Random], Any]] = {
    "SINGLE": _another_choice,
    "TRUE_FALSE": _another_choice,
    "MULTIPLE": _other_choices,
    "NUMERIC": _another_number,
    "SHORT_TEXT": _other_words,
    "MATCHING": _two_swapped,
    "ORDERING": _neighbours_swapped,
    "FILL_BLANKS": _one_blank_wrong,
}
