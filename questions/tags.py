"""Tags as the bank keeps them: in small letters, with one space between words, each once."""

from __future__ import annotations

from collections.abc import Iterable


def plain_tag(said: str) -> str:
    return " ".join(said.split()).lower()


def plain_tags(said: Iterable[str]) -> list[str]:
    """In the order in which they were said."""
    return [tag for tag in dict.fromkeys(map(plain_tag, said)) if tag]
