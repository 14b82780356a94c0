#!/usr/bin/env python
"""Django's command line, with the platform's settings."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from core.embedded.session import adopt_running_platform

adopt_running_platform()

from core.checks import require_sound_settings  # noqa: E402 (what it imports reads the environment)

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.base")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        require_sound_settings()
        sys.exit(f"The database cannot be had: {error}")
    except (ImproperlyConfigured, ValueError):
        require_sound_settings()  # Such as an address of another kind of engine.
        raise
