"""What a key of an outside system may call: views that name a scope, and nothing else.

`api_scope = "users:read"` opens the reading methods of a view; what else a view does needs a scope
of its own: `api_scope = {"GET": "users:read", "POST": "users:write"}`.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework.permissions import SAFE_METHODS

READING = ":read"


def scope_needed(view: Any, method: str | None) -> str | None:
    """None where no key may call."""
    declared: str | Mapping[str, str] | None = getattr(view, "api_scope", None)
    if declared is None or method is None:
        return None
    if not isinstance(declared, str):
        return declared.get(method)
    return None if declared.endswith(READING) and method not in SAFE_METHODS else declared


def scopes_of(view: Any) -> set[str]:
    """Every scope that a view names."""
    declared: str | Mapping[str, str] = getattr(view, "api_scope", None) or {}
    return {declared} if isinstance(declared, str) else set(declared.values())
