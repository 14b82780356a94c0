"""Who may have Markdown rendered."""

from __future__ import annotations

from core.policies import Person, policy


@policy("core.preview_markdown")
def preview_markdown(user: Person, obj: None) -> bool:
    """See what one writes as it will look"""
    return True
