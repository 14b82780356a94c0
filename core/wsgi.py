"""HTTP: the WSGI application that granian serves in production."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from core.bodies import WholeBodies
from core.checks import require_sound_settings
from core.metrics.sharing import share_metrics

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.base")

require_sound_settings()
share_metrics(settings.DATA_DIR)

application = WholeBodies(get_wsgi_application())
