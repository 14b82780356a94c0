"""The floor as a Django app."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core import (
    celery,  # noqa: F401  (shared tasks need the app in every process)
    modules,
    security,
)
from core.health import checks
from core.mail.samples import register_own_samples
from core.monitoring import start_monitoring


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Platform")

    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Whoever asks for a policy, a template too, must find it declared; and what is told of
        # must find who listens.
        autodiscover_modules("policies", "receivers")
        checks.register_health_checks()
        register_own_samples()
        # These know models, which are there only now.
        import_module("core.own_data").register_own_data()
        if settings.CLAMAV_ADDRESS:
            scanners = import_module("core.files.purposes").file_scanners
            scanners.register("clamav", import_module("core.files.clamav").scan)
        security.csp_sources.register("modules", modules.csp_sources)
        start_monitoring()


class AdminConfig(DjangoAdminConfig):
    default_site = "core.backoffice.site.Site"
