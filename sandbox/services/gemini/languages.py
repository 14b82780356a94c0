"""In which language a prompt wants its questions, and what there is in it."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

STORE = Path(__file__).parent / "languages.yaml"


@cache
def _languages() -> dict[str, Any]:
    return yaml.safe_load(STORE.read_text(encoding="utf-8"))


def sums_in(language: str) -> dict[str, list[str]]:
    return _languages()[language]["sums"]


def worded_in(language: str) -> list[dict[str, Any]]:
    return _languages()[language]["questions"]


def language_of(words: str) -> str:
    """The one that is named as that of the answer; English where none is, or none that is known."""
    for code, known in _languages().items():
        names = "|".join(map(re.escape, known["names"]))
        if re.search(rf"\b(?:in|language(?: is)?:?)\s+[“\"'*]*(?:{names})", words, re.IGNORECASE):
            return code
    return "en"
