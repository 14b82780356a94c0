"""Who may look at the parts that pages are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from core.policies import policy

if TYPE_CHECKING:
    from core.policies import Person


@policy("core.see_styleguide", for_anyone=True)
def see_styleguide(user: Person, obj: None) -> bool:
    """Look at every component in every state"""
    return settings.DEMO or bool(getattr(user, "is_staff", False))
