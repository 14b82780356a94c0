"""HTTP: the WSGI application that granian serves in production."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.base")

application = get_wsgi_application()
