"""Where questions are used, and what waits for a person: what stands on the bank says so itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.models import User
from core.registries import Registry


@dataclass(frozen=True)
class Use:
    """`note` says in which state it is, such as a draft."""

    label: str
    href: str
    note: str = ""


# By what uses them: the uses of a question, by its key, that a person may see.
question_uses: Registry[Callable[[User, int], Sequence[Use]]] = Registry("uses of questions")


def uses_of(user: User, question: int) -> list[Use]:
    return [use for _name, uses in question_uses for use in uses(user, question)]


# Of questions, by their keys, those that wait for a person to look at each: saying anything else of
# them would count as that.
unseen_questions: Registry[Callable[[Sequence[int]], set[int]]] = Registry("unseen questions")


def unseen_among(keys: Sequence[int]) -> set[int]:
    return {key for _name, unseen in unseen_questions for key in unseen(keys)}
