"""Where Gemini is, by which key it knows us and what its tokens cost; in the demo the sandbox."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

Place = dict[str, Any]

ADDRESS = "https://generativelanguage.googleapis.com"
SANDBOX_PATH = "/gemini"
# It opens nothing but the sandbox, which shows it to anybody.
SANDBOX_KEY = "sandbox-gemini-key"


def place(tunable: SimpleNamespace) -> Place:
    """Without a key of one's own the demo talks to the sandbox."""
    if not tunable.GOOGLE_GEMINI_API_KEY and tunable.DEMO and tunable.SANDBOX_URL:
        return in_sandbox(tunable.SANDBOX_URL)
    return {
        "url": (tunable.GEMINI_URL or ADDRESS).rstrip("/"),
        "key": tunable.GOOGLE_GEMINI_API_KEY,
        "is_sandbox": False,
    }


def in_sandbox(url: str) -> Place:
    return {"url": f"{url}{SANDBOX_PATH}", "key": SANDBOX_KEY, "is_sandbox": True}


def prices(lines: tuple[str, ...]) -> dict[str, tuple[Decimal, Decimal]]:
    """`model=in/out` becomes what a million tokens cost in US dollars, each way."""
    table = {}
    for line in lines:
        model, _, pair = line.partition("=")
        into, _, out = pair.partition("/")
        table[model.strip()] = (Decimal(into), Decimal(out))
    return table
