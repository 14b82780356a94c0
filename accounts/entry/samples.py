"""What the mails of joining, of addresses and of passwords are shown with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from accounts.roles import Role

MOMENT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def samples() -> dict[str, Mapping[str, Any]]:
    link = f"{settings.FRONTEND_URL}/accounts/…"
    about = {"name": "Ishani", "at": MOMENT, "link": link}
    proof = {"email": "ishani@example.org", "link": link, "days": settings.VERIFICATION_DAYS}
    moving = {**about, "new": "is…@example.org"}
    minutes = {"minutes": settings.RESET_MINUTES}
    invited = {"inviter": "Rohan Kulkarni", "link": link}
    return {
        "accounts/verify": proof,
        "accounts/verify_change": proof,
        "accounts/account_exists": {"link": link, "sign_in": link, **minutes},
        "accounts/address_in_use": proof,
        "accounts/address_change_asked": moving,
        "accounts/address_changed": moving,
        "accounts/reset": {**about, **minutes},
        "accounts/password_changed": about,
        "accounts/sign_in_locked": {
            **about,
            "address": "203.0.113.7",
            "minutes": settings.UNLOCK_MINUTES,
        },
        "accounts/invitation": {
            **invited,
            "role": Role.TRAINER.label,
            "days": settings.INVITATION_DAYS,
        },
        "accounts/account_made": {**about, **invited, "forgotten": link},
    }
