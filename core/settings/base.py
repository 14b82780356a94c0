"""The machinery: what operators do not turn. Their knobs are in `tunables`."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from core.settings import tunables

BASE_DIR = Path(__file__).resolve().parents[2]

globals().update(vars(tunables.values))
tunable = tunables.values

DATA_DIR = (BASE_DIR / tunable.DATA_DIR).resolve()

# Apps, from the ground floor up.
INSTALLED_APPS = [
    "core.apps.CoreConfig",
    "accounts.apps.AccountsConfig",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "corsheaders",
    "csp",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
ASGI_APPLICATION = "core.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Engines: one database, and one server for broker, cache and live layer.
DATABASES = {
    "default": dj_database_url.parse(
        tunable.DATABASE_URL or "postgres:///apranova",
        conn_max_age=tunable.DATABASE_MAX_AGE,
        conn_health_checks=True,
    )
}
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": tunable.REDIS_URL,
        "KEY_PREFIX": "apranova",
    }
}
_redis = urlsplit(tunable.REDIS_URL)
_redis_number = parse_qs(_redis.query).get("db", [_redis.path])[0].strip("/")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [
                {
                    "address": tunable.REDIS_URL,
                    "socket_timeout": 5,
                    "socket_connect_timeout": 5,
                    "health_check_interval": 15,
                }
            ],
            # Messages know no database number: without it here, neighbours on one server mix.
            "prefix": f"apranova.live.{_redis_number}",
        },
    }
}
LIVE_TOKEN_AUTHENTICATOR = "accounts.tokens.authenticate_access_token"
LIVE_SIGN_IN_CHECK = "accounts.tokens.is_sign_in_alive"
LIVE_SIGN_IN_SESSION_KEY = "sign_in"

# Jobs. The broker's own redelivery is slow, so rows are the truth and beat hands out the stale.
CELERY_BROKER_URL = tunable.REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=", "?virtual_host=", 1
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker, however long
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # Whoever hands something over must not wait for a broker that is away: sweeps catch up.
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
QUEUES = ("default", "mail", "ai", "workspaces", "imports")
CELERY_TASK_QUEUES = [Queue(name) for name in QUEUES]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {"core.mail.send": {"queue": "mail"}}
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat" / "schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    # Expired by the time of the next one: they must not queue up while no worker runs.
    name: {
        "task": name,
        "schedule": tunable.SWEEP_SECONDS,
        "options": {"expires": tunable.SWEEP_SECONDS},
    }
    for name in ("core.events.sweep", "core.jobs.reap", "core.mail.sweep")
} | {
    "core.events.purge": {"task": "core.events.purge", "schedule": crontab(hour=3, minute=10)},
    "core.jobs.purge": {"task": "core.jobs.purge", "schedule": crontab(hour=3, minute=20)},
    "core.mail.purge": {"task": "core.mail.purge", "schedule": crontab(hour=3, minute=30)},
}

# People.
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the address is unique by a constraint on its lower case
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = tunable.HTTPS_ONLY
SESSION_COOKIE_SAMESITE = "Lax"

# Transport.
SECURE_SSL_REDIRECT = tunable.HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^health", r"^metrics"]
SECURE_HSTS_SECONDS = tunable.HSTS_SECONDS
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(tunable.HSTS_SECONDS)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if tunable.TRUSTED_PROXIES else None
)
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [tunable.FRONTEND_URL] if tunable.FRONTEND_URL else []

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Words.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("hi", _("Hindi"))]
USE_TZ = True

# Mail.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = tunable.EMAIL_FROM
