"""Every knob that an operator may turn, and the only place where the environment is read."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

_UNSET: Any = object()
_TRUE = frozenset({"1", "true", "yes", "on"})
_RATE = re.compile(r"[1-9]\d*/(second|minute|hour|day)")
_PRICE = re.compile(r"[\w.:-]+=\d{1,6}(\.\d+)?/\d{1,6}(\.\d+)?")


@dataclass(frozen=True)
class Tunable:
    """`kind` is text, flag, integer, number, rate, words or prices (comma-separated), or one of
    `choices`.

    `demo` is the default where the demo wants another one than production.
    """

    name: str
    kind: str
    default: Any
    help: str
    secret: bool = False
    demo: Any = _UNSET
    choices: tuple[str, ...] = ()

    def default_in(self, *, demo: bool) -> Any:
        return self.demo if demo and self.demo is not _UNSET else self.default


@dataclass(frozen=True)
class Problem:
    """A value that cannot be used, with what to set instead."""

    code: str
    name: str
    message: str


SECTIONS: dict[str, tuple[Tunable, ...]] = {
    "Platform": (
        Tunable(
            "DEMO", "flag", False, "Run as the demo; `make run` sets it and nothing else should."
        ),
        Tunable("DEBUG", "flag", False, "Show tracebacks in the browser. Never in production."),
        Tunable("SECRET_KEY", "text", "", "Signs sessions, tokens and links.", secret=True),
        Tunable(
            "ENCRYPTION_KEYS",
            "words",
            (),
            "Fernet keys for fields encrypted at rest: the first encrypts, all decrypt.",
            secret=True,
        ),
        Tunable(
            "ALLOWED_HOSTS",
            "words",
            (),
            "Host names that this platform answers to.",
            demo=("localhost", "127.0.0.1", "[::1]"),
        ),
        Tunable(
            "FRONTEND_URL",
            "text",
            "",
            "The address people type, used in mails and links, such as https://learn.example.org.",
        ),
        Tunable("DATA_DIR", "text", "var", "Folder for uploads, static files and local state."),
        Tunable("TIME_ZONE", "text", "UTC", "Time zone for people who have not chosen their own."),
        Tunable(
            "SANDBOX_URL",
            "text",
            "",
            "Where the demo finds the stand-ins of outside services; `make run` sets it.",
        ),
    ),
    "Engines": (
        Tunable(
            "DATABASE_URL",
            "text",
            "",
            "PostgreSQL, as postgres://user:password@host:5432/name.",
            secret=True,
        ),
        Tunable(
            "DATABASE_MAX_AGE", "integer", 600, "Seconds that a database connection is kept open."
        ),
        Tunable(
            "REDIS_URL",
            "text",
            "",
            "Redis or Valkey, as redis://host:6379/0: broker, cache and live layer.",
            secret=True,
        ),
    ),
    "Web": (
        Tunable(
            "HTTP_THREADS",
            "integer",
            8,
            "Threads that answer HTTP in the process that also serves sockets.",
        ),
        Tunable(
            "HTTPS_ONLY",
            "flag",
            True,
            "Redirect to HTTPS and send secure cookies only.",
            demo=False,
        ),
        Tunable(
            "HSTS_SECONDS",
            "integer",
            31536000,
            "How long browsers remember to use HTTPS only; 0 turns it off.",
            demo=0,
        ),
        Tunable(
            "TRUSTED_PROXIES",
            "integer",
            0,
            "Proxies in front that append to X-Forwarded-For.",
            demo=0,
        ),
        Tunable(
            "CORS_ORIGINS",
            "words",
            (),
            "Other origins whose pages may call the API with credentials.",
        ),
    ),
    "Signing in": (
        Tunable("ACCESS_TOKEN_MINUTES", "integer", 15, "How long an access token is good."),
        Tunable("REFRESH_TOKEN_DAYS", "integer", 7, "How long a refresh token is good."),
        Tunable(
            "REFRESH_GRACE_SECONDS",
            "integer",
            10,
            "How long a refresh token that was just used gets the same successor again.",
        ),
        Tunable("SIGN_IN_FREE_TRIES", "integer", 3, "Wrong passwords before one has to wait."),
        Tunable("SIGN_IN_WAIT_SECONDS", "integer", 5, "The first wait; each further one doubles."),
        Tunable(
            "SIGN_IN_LOCK_AFTER", "integer", 10, "Wrong passwords before the account locks there."
        ),
        Tunable(
            "SIGN_IN_LOCK_MINUTES",
            "integer",
            15,
            "The time in which wrong passwords are counted, and how long a lock holds.",
        ),
        Tunable(
            "EMAIL_VERIFICATION",
            "text",
            "mandatory",
            "Whether an address must be proven before one may sign in.",
            demo="optional",
            choices=("mandatory", "optional"),
        ),
        Tunable(
            "VERIFICATION_DAYS", "integer", 3, "How long the link that proves an address is good."
        ),
        Tunable("RESET_MINUTES", "integer", 120, "How long the link to a new password is good."),
        Tunable("UNLOCK_MINUTES", "integer", 60, "How long the link that ends a lock is good."),
        Tunable(
            "SECOND_STEP_MINUTES",
            "integer",
            10,
            "How long a first proof waits for the second one.",
        ),
        Tunable("SECOND_STEP_TRIES", "integer", 5, "Wrong codes before one has to start over."),
        Tunable(
            "FRESH_MINUTES",
            "integer",
            10,
            "How long ago one may have proven who one is, for what is dangerous.",
        ),
        Tunable(
            "STAFF_SECOND_FACTOR",
            "flag",
            False,
            "Whether staff must have a second factor before they can do anything.",
        ),
        Tunable(
            "IMPERSONATION_MINUTES",
            "integer",
            30,
            "How long staff may act in somebody else's name before they have to start anew.",
        ),
        Tunable(
            "PASSKEY_ORIGINS",
            "words",
            (),
            "Origins of our own apps whose passkeys count besides those of FRONTEND_URL, such as "
            "android:apk-key-hash:...",
        ),
        Tunable("SIGN_IN_KEEP_DAYS", "integer", 90, "Days that ended sign-ins are kept."),
    ),
    "Sign-in providers": (
        Tunable(
            "GOOGLE_CLIENT_ID",
            "words",
            (),
            "Client ids at Google: the first is that of our pages, the others are our apps'. "
            "Without one there is no sign-in with Google.",
        ),
        Tunable("GOOGLE_CLIENT_SECRET", "text", "", "Secret of the first of them.", secret=True),
        Tunable(
            "GITHUB_CLIENT_ID",
            "text",
            "",
            "Client id of the OAuth app at GitHub; without one there is no sign-in with GitHub.",
        ),
        Tunable("GITHUB_CLIENT_SECRET", "text", "", "Its secret.", secret=True),
        Tunable(
            "APPLE_CLIENT_ID",
            "words",
            (),
            "Ids at Apple: first the services id of our pages, then the bundle ids of our apps. "
            "Without one there is no sign-in with Apple.",
        ),
        Tunable("APPLE_TEAM_ID", "text", "", "Id of the team at Apple."),
        Tunable("APPLE_KEY_ID", "text", "", "Id of the key for signing in with Apple."),
        Tunable(
            "APPLE_PRIVATE_KEY",
            "text",
            "",
            "That key, as in the .p8 file; line breaks may be written as \\n.",
            secret=True,
        ),
        Tunable(
            "SOCIAL_REDIRECT_URIS",
            "words",
            (),
            "Addresses besides our own to which a provider may send a code for an app of ours, "
            "such as org.example.app:/signed-in.",
        ),
        Tunable("SOCIAL_TIMEOUT", "number", 5.0, "Seconds to wait for a provider."),
    ),
    "Joining": (
        Tunable(
            "REGISTRATION",
            "text",
            "open",
            "Who may make an account: anybody, whom staff invite, or whoever has an address of "
            "REGISTRATION_DOMAINS.",
            choices=("open", "invitation", "domains"),
        ),
        Tunable(
            "REGISTRATION_DOMAINS",
            "words",
            (),
            "The mail domains that may register where REGISTRATION is domains, such as school.edu.",
        ),
        Tunable(
            "REGISTRATION_SECONDS",
            "integer",
            2,
            "Whoever fills in the page in less time than this is asked to send it again.",
        ),
        Tunable("INVITATION_DAYS", "integer", 7, "How long an invitation is good."),
        Tunable(
            "TERMS_VERSION",
            "text",
            "2026-11",
            "The version of the terms and the privacy notice that one accepts: name a new one when "
            "they change.",
        ),
        Tunable("TERMS_URL", "text", "/terms/", "Where the terms stand, if not on our own page."),
        Tunable("PRIVACY_URL", "text", "/privacy/", "Where the privacy notice stands, likewise."),
    ),
    "Events and jobs": (
        Tunable(
            "SWEEP_SECONDS",
            "integer",
            30,
            "How often events, jobs and mails that were missed or are due again are looked for.",
        ),
        Tunable(
            "HANDOVER_PATIENCE_SECONDS",
            "integer",
            60,
            "How long a worker may take to pick something up before workers are told of it again.",
        ),
        Tunable("EVENT_TRIES", "integer", 12, "Tries before the delivery of an event is given up."),
        Tunable("EVENT_KEEP_DAYS", "integer", 90, "Days that delivered events are kept."),
        Tunable(
            "JOB_KEEP_DAYS", "integer", 30, "Days that finished jobs and their results are kept."
        ),
        Tunable(
            "JOB_WAITING_REQUESTS",
            "integer",
            2,
            "Requests of one process that may wait for a job at once; each holds a thread.",
        ),
    ),
    "Throttles": (
        Tunable(
            "THROTTLE_FACTOR", "number", 1.0, "Widens or narrows all rates at once.", demo=10.0
        ),
        Tunable("THROTTLE_ANONYMOUS", "rate", "100/hour", "Calls of one address without sign-in."),
        Tunable("THROTTLE_USER", "rate", "1000/hour", "Calls of one person; admins have no limit."),
        Tunable("THROTTLE_LOGIN_ACCOUNT", "rate", "10/minute", "Tries to sign in to one account."),
        Tunable(
            "THROTTLE_LOGIN_ADDRESS",
            "rate",
            "300/minute",
            "Tries to sign in from one address, which a whole school may share.",
        ),
        Tunable(
            "THROTTLE_REGISTRATION_ADDRESS",
            "rate",
            "300/hour",
            "Accounts begun from one address, which a whole school may share.",
        ),
        Tunable(
            "THROTTLE_RESET_ADDRESS", "rate", "100/hour", "Passwords forgotten at one address."
        ),
        Tunable(
            "THROTTLE_MAILS_ACCOUNT",
            "rate",
            "5/hour",
            "Mails to one mail address that anybody can ask for, of each kind; more are not sent.",
        ),
        Tunable("THROTTLE_FILES", "rate", "600/minute", "Files that one person reads."),
        Tunable("THROTTLE_EXPORTS", "rate", "5/day", "Copies of their data that one may ask for."),
        Tunable(
            "THROTTLE_API_KEY",
            "rate",
            "5000/hour",
            "Calls by one API key, whoever owns it.",
        ),
        Tunable("THROTTLE_POLL", "rate", "120/minute", "Looks at a job or a status."),
        Tunable("THROTTLE_PREVIEWS", "rate", "60/minute", "Previews of what one person writes."),
        Tunable("THROTTLE_ANSWERS", "rate", "240/minute", "Saves of answers by one person."),
        Tunable("THROTTLE_WEBHOOKS", "rate", "3000/minute", "Webhook deliveries from one address."),
        Tunable(
            "THROTTLE_REPORTS", "rate", "60/minute", "Reports of the browser's security policy."
        ),
    ),
    "Live": (
        Tunable(
            "LIVE_HEARTBEAT_SECONDS",
            "number",
            25.0,
            "How often an open socket is asked whether it still lives.",
        ),
        Tunable(
            "LIVE_SOCKETS_PER_USER",
            "integer",
            20,
            "Sockets that one person may hold open in one process.",
        ),
        Tunable(
            "LIVE_MESSAGES_PER_MINUTE", "integer", 60, "Messages a minute that one socket may send."
        ),
        Tunable(
            "LIVE_MESSAGE_BYTES",
            "integer",
            8192,
            "Length of the longest message that a socket may send.",
        ),
    ),
    "Mail": (
        Tunable("EMAIL_HOST", "text", "", "SMTP server; without one, mails wait in the queue."),
        Tunable("EMAIL_PORT", "integer", 587, "Port of the SMTP server."),
        Tunable("EMAIL_HOST_USER", "text", "", "User at the SMTP server."),
        Tunable("EMAIL_HOST_PASSWORD", "text", "", "Password at the SMTP server.", secret=True),
        Tunable("EMAIL_USE_TLS", "flag", True, "Use STARTTLS.", demo=False),
        Tunable("EMAIL_USE_SSL", "flag", False, "Use TLS from the first byte (port 465)."),
        Tunable("EMAIL_FROM", "text", "ApraNova <no-reply@localhost>", "The sender of our mails."),
        Tunable("EMAIL_TIMEOUT", "integer", 15, "Seconds to wait for the SMTP server."),
        Tunable(
            "MAIL_TRIES",
            "integer",
            20,
            "Tries before a mail is given up, which takes about two days.",
        ),
        Tunable(
            "MAIL_BODY_DAYS", "integer", 14, "Days after which the text of a sent mail is erased."
        ),
        Tunable(
            "MAIL_KEEP_DAYS", "integer", 180, "Days that it is known which mail was sent to whom."
        ),
    ),
    "Files": (
        Tunable(
            "S3_BUCKET",
            "text",
            "",
            "Bucket for uploads in an S3-compatible store; without one they lie in DATA_DIR.",
        ),
        Tunable(
            "S3_ENDPOINT",
            "text",
            "",
            "Address of the store, such as https://s3.example.org; without one Amazon's.",
        ),
        Tunable("S3_REGION", "text", "us-east-1", "Region of the bucket."),
        Tunable("S3_ACCESS_KEY", "text", "", "Access key of the store.", secret=True),
        Tunable("S3_SECRET_KEY", "text", "", "Secret key of the store.", secret=True),
        Tunable(
            "CLAMAV_ADDRESS",
            "text",
            "",
            "Where ClamAV's daemon listens, as unix:/run/clamav/clamd.ctl or host:port; without "
            "one, files are not scanned.",
        ),
    ),
    "Work and review": (
        Tunable(
            "STUDENT_FILES_MB", "integer", 2048, "Room for all files of one student's work, in MB."
        ),
        Tunable(
            "REVIEW_CLAIM_MINUTES",
            "integer",
            30,
            "How long work of a student without a trainer stays with whoever opened it.",
        ),
    ),
    "AI": (
        Tunable(
            "AI_GENERATOR",
            "text",
            "gemini",
            "What makes quizzes: `gemini`, which without a key leaves texts and files to the "
            "built-in generator, or `builtin`, which asks nobody outside.",
            choices=("builtin", "gemini"),
        ),
        Tunable(
            "GOOGLE_GEMINI_API_KEY",
            "text",
            "",
            "Key of the Gemini API; without one, quizzes come from texts and files only.",
            secret=True,
        ),
        Tunable(
            "GEMINI_URL",
            "text",
            "",
            "Another address of the Gemini API than Google's own, such as that of a gateway.",
        ),
        Tunable("GEMINI_MODEL", "text", "gemini-2.5-flash", "The model that makes questions."),
        Tunable("GEMINI_TIMEOUT", "number", 90.0, "Seconds to wait for one answer of Gemini."),
        Tunable(
            "GEMINI_PRICES",
            "prices",
            (
                "gemini-2.5-flash=0.30/2.50",
                "gemini-2.5-flash-lite=0.10/0.40",
                "gemini-2.5-pro=1.25/10.00",
            ),
            "What a million tokens cost in US dollars, in and out, as model=in/out; others are "
            "counted without a price.",
        ),
        Tunable(
            "AI_REQUESTS_MINUTE",
            "integer",
            60,
            "Requests to an AI service in a minute, from all workers together.",
        ),
        Tunable(
            "AI_QUOTA_DAY",
            "integer",
            50,
            "Quizzes and single questions that one person has made in a day.",
            demo=500,
        ),
    ),
    "GitHub": (
        Tunable(
            "GITHUB_CONNECT_CLIENT_ID",
            "text",
            "",
            "Client id of a second OAuth app, for repositories; without one, the app that people "
            "sign in with serves for both.",
        ),
        Tunable("GITHUB_CONNECT_CLIENT_SECRET", "text", "", "Its secret.", secret=True),
        Tunable(
            "GITHUB_WEBHOOK_SECRET",
            "words",
            (),
            "Secrets of webhooks: the first is given to new ones, all are accepted. Without one "
            "GitHub tells us nothing, and we ask.",
            secret=True,
            demo=("sandbox-github-webhook-secret",),
        ),
        Tunable(
            "GITHUB_TEMPLATE_OWNER",
            "text",
            "apranova-templates",
            "The account at GitHub whose template repositories projects begin with.",
        ),
        Tunable(
            "GITHUB_PRIVATE_REPOSITORIES",
            "flag",
            True,
            "Whether students' repositories are private; for public ones we ask for less.",
        ),
        Tunable("GITHUB_TIMEOUT", "number", 10.0, "Seconds to wait for GitHub."),
        Tunable(
            "GITHUB_WEBHOOK_DAYS",
            "integer",
            30,
            "Days that what GitHub sent is kept as it came.",
        ),
    ),
    "Leaving": (
        Tunable("EXPORT_KEEP_DAYS", "integer", 7, "Days that a copy of one's data can be fetched."),
        Tunable(
            "CLOSING_GRACE_DAYS",
            "integer",
            14,
            "Days after closing an account in which signing in calls it off.",
        ),
    ),
    "Text messages": (
        Tunable(
            "SMS_URL",
            "text",
            "",
            "Where the gateway takes a text message by POST; without one, texts go nowhere.",
        ),
        Tunable("SMS_KEY", "text", "", "Bearer key of the gateway.", secret=True),
        Tunable(
            "SMS_FROM",
            "text",
            "ApraNova",
            "The sender: at most 11 letters and digits, or a phone number.",
        ),
        Tunable("SMS_TIMEOUT", "number", 8.0, "Seconds to wait for the gateway."),
        Tunable("SMS_TRIES", "integer", 6, "Tries before a text message is given up."),
        Tunable("SMS_CODE_MINUTES", "integer", 5, "How long a code is good."),
        Tunable("SMS_CODE_TRIES", "integer", 5, "Wrong tries before a code is used up."),
        Tunable(
            "SMS_RESEND_SECONDS",
            "integer",
            30,
            "How long the pages let one wait before they send another code.",
        ),
        Tunable("SMS_PHONE_CODES", "integer", 3, "Codes to one phone in SMS_PHONE_MINUTES."),
        Tunable("SMS_PHONE_MINUTES", "integer", 15, "The time in which those are counted."),
        Tunable("SMS_PHONE_DAY", "integer", 10, "Codes to one phone in a day."),
        Tunable("SMS_ACCOUNT_HOUR", "integer", 5, "Codes for phones that one person proves."),
        Tunable("SMS_ACCOUNT_DAY", "integer", 10, "The same in a day."),
        Tunable(
            "SMS_ADDRESS_HOUR",
            "integer",
            60,
            "Codes asked for from one address, which a whole school may share.",
        ),
        Tunable("SMS_ADDRESS_DAY", "integer", 300, "The same in a day."),
        Tunable(
            "SMS_WRONG_CODES",
            "integer",
            50,
            "Wrong codes from one address, for whatever phones, in SMS_PHONE_MINUTES.",
        ),
        Tunable("SMS_COUNTRY_HOUR", "integer", 200, "Texts to one country in an hour."),
        Tunable("SMS_COUNTRY_DAY", "integer", 1000, "The same in a day."),
        Tunable("SMS_PLATFORM_HOUR", "integer", 400, "Texts to all phones together in an hour."),
        Tunable("SMS_PLATFORM_DAY", "integer", 2000, "The same in a day."),
        Tunable(
            "SMS_COUNTRIES",
            "words",
            (),
            "The only countries that texts go to, such as IN,NP; empty for all. Name yours: texts "
            "to others cost much and are what frauds ask for.",
        ),
        Tunable("SMS_KEEP_DAYS", "integer", 30, "Days that it is known which phone got a code."),
    ),
    "Operations": (
        Tunable(
            "LOG_FORM",
            "text",
            "json",
            "Log lines for machines (json) or for people (console).",
            demo="console",
            choices=("json", "console"),
        ),
        Tunable(
            "LOG_LEVEL",
            "text",
            "INFO",
            "The least important level that is logged.",
            choices=("DEBUG", "INFO", "WARNING", "ERROR"),
        ),
        Tunable(
            "METRICS_TOKEN",
            "text",
            "",
            "Bearer token that /metrics asks for; without one, only the local network may read it.",
            secret=True,
        ),
        Tunable(
            "DISK_FREE_MB",
            "integer",
            512,
            "With less free space than this under DATA_DIR the platform calls itself unhealthy.",
        ),
        Tunable(
            "WORKER_SILENCE_SECONDS",
            "integer",
            120,
            "A queue from which nothing was heard for this long counts as having no worker.",
        ),
        Tunable(
            "OUTBOUND_ALLOWED_ORIGINS",
            "words",
            (),
            "Origins inside your own network that the URLs people give may name, such as "
            "https://git.corp.example; all other addresses must be public.",
        ),
        Tunable(
            "SENTRY_DSN", "text", "", "Where errors are reported; none are without it.", secret=True
        ),
        Tunable("SENTRY_ENVIRONMENT", "text", "production", "What this platform is called there."),
        Tunable("SENTRY_SAMPLE_RATE", "number", 1.0, "Share of errors that are reported, 0 to 1."),
        Tunable("SENTRY_TRACES_RATE", "number", 0.0, "Share of requests that are traced, 0 to 1."),
    ),
}

TUNABLES: tuple[Tunable, ...] = tuple(each for section in SECTIONS.values() for each in section)


def read(environment: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """All values, and what is wrong with them. A value that cannot be read falls to its default."""
    demo = environment.get("DEMO", "").strip().lower() in _TRUE
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for tunable in TUNABLES:
        raw = environment.get(tunable.name)
        default = tunable.default_in(demo=demo)
        if raw is None or raw == "":
            found[tunable.name] = default
            continue
        try:
            found[tunable.name] = _parse(tunable, raw)
        except ValueError as error:
            found[tunable.name] = default
            problems.append(Problem("core.E002", tunable.name, f"{tunable.name} {error}."))
    return found, problems + _missing(found)


def _missing(found: Mapping[str, Any]) -> list[Problem]:
    """What the platform cannot start without, each with what to set."""
    needed = {
        "SECRET_KEY": "a long random text that stays the same from start to start",
        "DATABASE_URL": "the address of a PostgreSQL 15+ server, or let `make run` bring one",
        "REDIS_URL": "the address of a Redis or Valkey server",
        "ENCRYPTION_KEYS": "at least one key, made by `manage.py make_encryption_key`",
        "ALLOWED_HOSTS": "the host names that people use, comma-separated",
        "FRONTEND_URL": "the address that people type, such as https://learn.example.org",
    }
    return [
        Problem("core.E001", name, f"{name} is missing: set it to {what}.")
        for name, what in needed.items()
        if not found[name]
    ]


def _parse(tunable: Tunable, raw: str) -> Any:
    text = raw.strip()
    if tunable.choices and text not in tunable.choices:
        raise ValueError(f"must be one of {', '.join(tunable.choices)}")
    if tunable.kind == "flag":
        return _flag(text)
    if tunable.kind == "integer":
        return _number(text, int, "a whole number")
    if tunable.kind == "number":
        return _number(text, float, "a number")
    if tunable.kind == "rate":
        return _rate(text)
    if tunable.kind in {"words", "prices"}:
        words = tuple(word.strip() for word in text.split(",") if word.strip())
        return _prices(words) if tunable.kind == "prices" else words
    return text


def _flag(text: str) -> bool:
    folded = text.strip().lower()
    if folded in _TRUE:
        return True
    if folded in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("must be 1 or 0")


def _rate(text: str) -> str:
    if _RATE.fullmatch(text):
        return text
    raise ValueError("must be a rate such as 100/hour (second, minute, hour or day)")


def _prices(words: tuple[str, ...]) -> tuple[str, ...]:
    if all(_PRICE.fullmatch(word) for word in words):
        return words
    raise ValueError("must be prices such as model-name=0.30/2.50, comma-separated")


def _number(text: str, convert: type[int] | type[float], what: str) -> int | float:
    try:
        return convert(text)
    except ValueError:
        raise ValueError(f"must be {what}, not {text[:40]!r}") from None


_found, problems = read(os.environ)
values = SimpleNamespace(**_found)
