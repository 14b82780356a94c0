"""What frames a page that both strangers and people who are signed in may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.entry.modes import is_registration_open

if TYPE_CHECKING:
    from django.http import HttpRequest


def frame_for(request: HttpRequest) -> dict[str, object]:
    """The app around it, or the plain page with its doors; strangers are led back here."""
    if request.user.is_authenticated:
        return {"layout": "layouts/shell.html"}
    return {"layout": "layouts/public.html", "is_open": is_registration_open()}
