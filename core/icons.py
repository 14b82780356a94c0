"""The icons that we use: drawn by others, put into one sprite, missing where npm is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.conf import settings

SPRITE = "icons.svg"


@cache
def icon_names() -> frozenset[str]:
    """What `package.json` orders; the sprite holds these and no others."""
    package = json.loads((Path(settings.BASE_DIR) / "package.json").read_text())
    return frozenset(package["vendor"]["icons"]["names"])


def is_known(name: str) -> bool:
    return name in icon_names()
