"""The machinery: what operators do not turn. Their knobs are in `tunables`."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from celery.schedules import crontab
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.backoffice import look
from core.settings import gemini, github, sign_in_providers, tunables
from core.version import VERSION

BASE_DIR = Path(__file__).resolve().parents[2]

globals().update(vars(tunables.values))
tunable = tunables.values

# Without a key of its own nothing that serves will start (core/checks.py); what checks or builds
# must still be able to say so.
SECRET_KEY = tunable.SECRET_KEY or get_random_secret_key()

DATA_DIR = (BASE_DIR / tunable.DATA_DIR).resolve()

# Apps, from the ground floor up.
INSTALLED_APPS = [
    "core.apps.CoreConfig",
    "accounts.apps.AccountsConfig",
    "curriculum.apps.CurriculumConfig",
    "questions.apps.QuestionsConfig",
    "quizzes.apps.QuizzesConfig",
    "unfold.apps.BasicAppConfig",
    "core.apps.AdminConfig",
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
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.apple",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.google",
]

# Outermost first: whatever answers, its answer bears an id, security headers and a log line.
MIDDLEWARE = [
    "core.requests.RequestMiddleware",
    "core.probes.ProbeMiddleware",
    "core.metrics.requests.MetricsMiddleware",
    "core.security.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Since Django 4.2 it pads its answers at random, so that their length tells nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "core.api.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.tastes.TastesMiddleware",
    "accounts.impersonation.ImpersonationMiddleware",
    "accounts.pages.staff_factor.StaffFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.pages.RefusalMiddleware",
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
                "core.appearance.appearance",
                "core.impersonation.impersonation",
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
# A server that is away must be noticed soon: whoever waits for it holds a thread.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    tcp_user_timeout=10_000,
    keepalives_idle=30,
    keepalives_interval=5,
    keepalives_count=3,
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "core.cache.TolerantRedisCache",
        "LOCATION": tunable.REDIS_URL,
        "KEY_PREFIX": "apranova",
        "OPTIONS": {
            "socket_connect_timeout": 0.5,
            "socket_timeout": 1,
            # One more try, for connections that the server has closed meanwhile.
            "retry": Retry(NoBackoff(), 1),
        },
    }
}
_redis = urlsplit(tunable.REDIS_URL)
_redis_number = parse_qs(_redis.query).get("db", [_redis.path])[0].strip("/")
# Messages know no database number: without it here, neighbours on one server mix.
LIVE_PREFIX = f"apranova.live.{_redis_number}"
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
            "prefix": LIVE_PREFIX,
        },
    }
}
LIVE_TOKEN_AUTHENTICATOR = "accounts.tokens.authenticate_access_token"
LIVE_SIGN_IN_CHECK = "accounts.tokens.person_signed_in"
LIVE_SIGN_IN_SESSION_KEY = "sign_in"

# Jobs. The broker's own redelivery is slow, so rows are the truth and beat hands out the stale.
CELERY_BROKER_URL = tunable.REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=", "?virtual_host=", 1
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker, however long
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # likewise for one that is full and refuses writes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # Whoever hands something over must not wait for a broker that is away: sweeps catch up.
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "socket_keepalive": True,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
QUEUES = ("default", "mail", "ai", "workspaces", "imports")
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {
    name: {"queue": "mail"} for name in ("core.mail.send", "accounts.phones.text")
}
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_DB_REUSE_MAX = 10_000  # tasks; without it each one connects to the database anew
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
    for name in (
        "core.events.sweep",
        "core.jobs.reap",
        "core.mail.sweep",
        "accounts.phones.sweep",
        "curriculum.github.sweep",
    )
} | {
    "core.events.purge": {"task": "core.events.purge", "schedule": crontab(hour=3, minute=10)},
    "core.jobs.purge": {"task": "core.jobs.purge", "schedule": crontab(hour=3, minute=20)},
    "core.mail.purge": {"task": "core.mail.purge", "schedule": crontab(hour=3, minute=30)},
    "core.files.purge": {"task": "core.files.purge", "schedule": crontab(hour=4, minute=10)},
    "core.idempotency.purge": {"task": "core.idempotency.purge", "schedule": crontab(minute=40)},
    "accounts.erase_closed": {
        "task": "accounts.erase_closed",
        "schedule": crontab(hour=4, minute=20),
    },
    "curriculum.github.reconcile": {
        "task": "curriculum.github.reconcile",
        "schedule": crontab(minute="7-59/15"),
        "options": {"expires": 600},
    },
    "curriculum.github.purge": {
        "task": "curriculum.github.purge",
        "schedule": crontab(hour=4, minute=30),
    },
    "accounts.forget_old": {"task": "accounts.forget_old", "schedule": crontab(hour=3, minute=50)},
    "quizzes.abandon": {
        "task": "quizzes.abandon",
        "schedule": crontab(minute="3-59/10"),
        "options": {"expires": 600},
    },
}
CELERY_BEAT_SCHEDULE |= {
    f"core.health.heartbeat {queue}": {
        "task": "core.health.heartbeat",
        "schedule": tunable.WORKER_SILENCE_SECONDS / 6,
        "args": [queue],
        "options": {"queue": queue, "expires": tunable.WORKER_SILENCE_SECONDS / 6},
    }
    for queue in QUEUES
}

# People.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.ClassroomArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("email", "name")},
        "MinimumLengthValidator": {},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
PASSWORD_RESET_TIMEOUT = tunable.RESET_MINUTES * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
PROOF_URL = "account_reauthenticate"
MFA_ADAPTER = "accounts.mfa_adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_RECOVERY_CODE_DIGITS = 10
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = tunable.EMAIL_VERIFICATION
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
SOCIALACCOUNT_ADAPTER = "accounts.social.adapter.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = sign_in_providers.providers(tunable)
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_FORMS = {"signup": "accounts.social.forms.JoinForm"}
# Guessing has a brake of its own, shared with the API; addresses are counted by our throttles.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=tunable.ACCESS_TOKEN_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=tunable.REFRESH_TOKEN_DAYS),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": tunable.SECRET_KEY,
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = tunable.HTTPS_ONLY
SESSION_COOKIE_SAMESITE = "Lax"

# The admin. Its words are in `core.backoffice.site`; this keeps its menu from pages it has not got.
UNFOLD = {
    "SITE_TITLE": "ApraNova",
    "SITE_HEADER": "ApraNova",
    "SITE_ICON": "core.backoffice.look.mark",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "core.backoffice.look.mark"}
    ],
    "COLORS": look.COLOURS,
    "BORDER_RADIUS": "5px",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ACCOUNT": {"navigation": [{"title": _("Dashboard"), "link": LOGIN_REDIRECT_URL}]},
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}

# Transport.
SECURE_SSL_REDIRECT = tunable.HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^health", r"^metrics"]
SECURE_HSTS_SECONDS = tunable.HSTS_SECONDS
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(tunable.HSTS_SECONDS)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if tunable.TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "core.pages.csrf_failure"
CSRF_TRUSTED_ORIGINS = [tunable.FRONTEND_URL] if tunable.FRONTEND_URL else []

# The URLs that people give lead to public addresses, to these, and in the demo to the sandbox.
OUTBOUND_ALLOWED_ORIGINS = tunable.OUTBOUND_ALLOWED_ORIGINS
if tunable.DEMO and tunable.SANDBOX_URL:
    OUTBOUND_ALLOWED_ORIGINS += (tunable.SANDBOX_URL,)

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "core.css.OwnFiles",
    "core.css.JoinedStyles",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
# A component that is called wrongly stops whoever builds, not whoever reads.
COMPONENTS_ARE_STRICT = tunable.DEBUG
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "core.files.uploads.SizeGuard",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Uploads are never served as they lie there: pictures and private files have views of their own.
_disk = {"BACKEND": "core.files.storage.Disk"}
_bucket = {
    "BACKEND": "core.files.s3.Bucket",
    "OPTIONS": {
        "bucket_name": tunable.S3_BUCKET,
        "endpoint_url": tunable.S3_ENDPOINT or None,
        "access_key": tunable.S3_ACCESS_KEY or None,
        "secret_key": tunable.S3_SECRET_KEY or None,
        "region_name": tunable.S3_REGION,
        "default_acl": None,
        "file_overwrite": False,
        "max_memory_size": 1024 * 1024,
    },
}
STORAGES = {
    "default": _bucket if tunable.S3_BUCKET else _disk,
    "staticfiles": {"BACKEND": "core.static_files.StaticFiles"},
}

# Words.
LANGUAGE_CODE = "en"
# Each by its own name, so that whoever chose one by mistake finds the way back.
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]
USE_TZ = True

# Text messages. The demo's gateway is the sandbox's, whose key opens nothing.
if tunable.DEMO and tunable.SANDBOX_URL and not tunable.SMS_URL:
    SMS_URL, SMS_KEY = f"{tunable.SANDBOX_URL}/sms/messages", "sandbox-sms-key"

# Where repositories are; without keys there is no client id.
GITHUB = github.place(tunable)

# What makes questions: where it is, and what it takes.
GEMINI = gemini.place(tunable)
GEMINI_PRICES = gemini.prices(tunable.GEMINI_PRICES)

# Mail.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = tunable.EMAIL_FROM

# What browsers are told to refuse. Apps add hosts through `core.security.csp_sources`.
_strict_policy = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "worker-src": [SELF],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "report-uri": "/csp-report/",
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _strict_policy}
CSP_BY_PATH = {
    # JSON and files are no pages: they load nothing and run nothing.
    "/api/": {"default-src": [NONE], "frame-ancestors": [NONE], "base-uri": [NONE]},
    "/api/docs/": _strict_policy | {"img-src": [SELF, "data:"]},
    # Redoc writes styles, and asks for its maker's logo, which is refused and not worth a report.
    "/api/redoc/": _strict_policy
    | {
        "report-uri": None,
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "worker-src": [SELF, "blob:"],
    },
    # The theme's Alpine evaluates the expressions of its attributes and writes styles.
    "/admin/": _strict_policy
    | {
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
    },
}
# Inline scripts that pages may carry, such as the import map, as "'sha256-...'".
CSP_SCRIPT_HASHES: list[str] = []
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(self), "
    "publickey-credentials-get=(self), usb=()"
)

# Other origins: those that the operator lists, and the API only.
CORS_ALLOWED_ORIGINS = list(tunable.CORS_ORIGINS)
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    *default_headers,
    "idempotency-key",
    "if-none-match",
    "prefer",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
]

# How often one may call, by scope: an account where there is one, else its address.
THROTTLES = {
    "default": {"account": tunable.THROTTLE_USER, "address": tunable.THROTTLE_ANONYMOUS},
    "login": {
        "account": tunable.THROTTLE_LOGIN_ACCOUNT,
        "address": tunable.THROTTLE_LOGIN_ADDRESS,
    },
    "registration": {
        "account": tunable.THROTTLE_MAILS_ACCOUNT,
        "address": tunable.THROTTLE_REGISTRATION_ADDRESS,
    },
    "reset": {
        "account": tunable.THROTTLE_MAILS_ACCOUNT,
        "address": tunable.THROTTLE_RESET_ADDRESS,
    },
    "verification": {
        "account": tunable.THROTTLE_MAILS_ACCOUNT,
        "address": tunable.THROTTLE_RESET_ADDRESS,
    },
    "files": {"account": tunable.THROTTLE_FILES, "address": tunable.THROTTLE_FILES},
    "exports": {"account": tunable.THROTTLE_EXPORTS, "address": tunable.THROTTLE_EXPORTS},
    "api-keys": {"account": tunable.THROTTLE_API_KEY, "address": tunable.THROTTLE_API_KEY},
    "poll": {"account": tunable.THROTTLE_POLL, "address": tunable.THROTTLE_POLL},
    "answers": {"account": tunable.THROTTLE_ANSWERS, "address": tunable.THROTTLE_ANSWERS},
    "previews": {"account": tunable.THROTTLE_PREVIEWS, "address": tunable.THROTTLE_PREVIEWS},
    "webhooks": {"account": tunable.THROTTLE_WEBHOOKS, "address": tunable.THROTTLE_WEBHOOKS},
    "reports": {"account": tunable.THROTTLE_REPORTS, "address": tunable.THROTTLE_REPORTS},
}

# The API.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.keyed.KeyAuthentication",
        "accounts.api.authentication.TokenAuthentication",
        "core.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["core.throttles.Throttle"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "core.api.filters.Ordering",
    ],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Operation",
    "EXCEPTION_HANDLER": "core.api.exceptions.handle",
    # An endpoint chooses its form by Accept; `format` is a name for fields and filters of our own.
    "URL_FORMAT_OVERRIDE": None,
    # Below /api/ the time zone is UTC, whoever calls.
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%SZ",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ApraNova",
    "VERSION": VERSION,
    "DESCRIPTION": _(
        "Learning, quizzes, exams and workspaces, for mobile clients and outside systems. "
        "Every refusal has one shape, every answer bears X-Request-ID and X-RateLimit-* headers, "
        "lists come by page, times are UTC. Sign in with a bearer token or the browser's session."
    ),
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "SubmissionStatusEnum": "curriculum.models.submissions.SubmissionStatus",
        "QuestionStatusEnum": "questions.models.bank.QuestionStatus",
        "QuestionTypeEnum": "questions.models.bank.QuestionType",
        "ImportStateEnum": "questions.models.imports.ImportState",
        "ImportRowStateEnum": "questions.planning.RowState",
        "QuizStatusEnum": "quizzes.models.quizzes.QuizStatus",
    },
    "PREPROCESSING_HOOKS": ["core.api.schema.only_current"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.add_error_components",
    ],
}

# One line an event. What libraries say twice is left to our own line on each request and task.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "core.logs.formatter", "form": tunable.LOG_FORM}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["lines"], "level": tunable.LOG_LEVEL},
    "loggers": {
        "django": {"level": "INFO", "handlers": []},
        "django.request": {"level": "CRITICAL"},
        "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        # What is wrong with a request is its caller's affair: our line on it has the status.
        "django.security": {"level": "CRITICAL"},
        "django.security.csrf": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
    },
}
