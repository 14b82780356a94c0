#!/usr/bin/env python
"""Django's command line, with the platform's settings."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from core.checks import require_sound_settings

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.base")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        require_sound_settings()
        sys.exit(f"The database cannot be had: {error}")
