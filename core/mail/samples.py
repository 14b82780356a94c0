"""What each mail is shown with in the styleguide: no mail without a sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from core.registries import Registry

# The context of a mail's template, by the template's name; filled in `AppConfig.ready`.
mail_samples: Registry[Mapping[str, Any]] = Registry("mail samples")

PARTS = "parts"


def mail_templates() -> list[str]:
    """Every mail that somebody can get, by the name that `queue_mail` takes."""
    folder = Path(settings.BASE_DIR) / "templates" / "mail"
    found = (path.relative_to(folder) for path in folder.glob("*/*.html"))
    return sorted(str(each.with_suffix("")) for each in found if each.parts[0] != PARTS)


def register_own_samples() -> None:
    mail_samples.register(
        "styleguide/everything",
        {
            "name": "Ishani",
            "link": f"{settings.FRONTEND_URL}/dashboard/",
            "code": "481 207",
            "facts": [
                ("Project", "Warehouse from scratch"),
                ("Trainer", "Mateo Quintero"),
                ("Due", "27 November 2026, 18:00"),
            ],
        },
    )
