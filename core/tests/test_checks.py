"""Settings that cannot be run with: refused at the start, in words, by whatever starts."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet

from core.checks import EX_CONFIG, check_settings, problems_of
from core.settings import tunables

PRODUCTION = {
    "SECRET_KEY": "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG3hJ5kL7nP9rT1vX3zC5",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "learn.example.org",
    "FRONTEND_URL": "https://learn.example.org",
    "DATABASE_URL": "postgres://apranova:hunter2@127.0.0.1:1/apranova",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
NEEDED = tuple(PRODUCTION)


def values(**changes: object) -> SimpleNamespace:
    found, problems = tunables.read(PRODUCTION)
    assert problems == []
    return SimpleNamespace(**{**found, **changes})


@pytest.fixture
def production(tmp_path):
    """Run a command with a production environment, changed as told."""

    def run(*command: str, **changes: str) -> subprocess.CompletedProcess[str]:
        environment = {**PRODUCTION, "DATA_DIR": str(tmp_path), **changes}
        return subprocess.run(
            [sys.executable, *command],
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


# What is refused.


def test_production_values_are_sound():
    assert problems_of(values()) == []


@pytest.mark.parametrize(
    ("name", "value", "code", "advice"),
    [
        ("SECRET_KEY", "short", "core.E003", "50 random characters"),
        ("SECRET_KEY", "ab" * 40, "core.E003", "guessed"),
        ("ENCRYPTION_KEYS", ("nonsense",), "core.E004", "make_encryption_key"),
        ("ENCRYPTION_KEYS", (Fernet.generate_key().decode(), "x"), "core.E004", "Key number 2"),
        ("DEBUG", True, "core.E005", "DEBUG=0"),
        ("FRONTEND_URL", "learn.example.org", "core.E006", "such as https://"),
        ("FRONTEND_URL", "https://learn.example.org/path", "core.E006", "without a path"),
        ("FRONTEND_URL", "http://learn.example.org", "core.E006", "https://"),
        ("DATABASE_URL", "mysql://localhost/x", "core.E007", "postgres://"),
        ("DATABASE_URL", "postgres://u:p@host:port/x", "core.E007", "postgres://"),
        ("REDIS_URL", "http://localhost", "core.E007", "redis://"),
        ("TIME_ZONE", "Mars/Olympus", "core.E008", "Asia/Kolkata"),
        ("EMAIL_USE_SSL", True, "core.E009", "port 465"),
        ("CORS_ORIGINS", ("https://a.example.org/",), "core.E010", "CORS_ORIGINS"),
        ("OUTBOUND_ALLOWED_ORIGINS", ("git.corp",), "core.E010", "OUTBOUND_ALLOWED_ORIGINS"),
        ("SENTRY_SAMPLE_RATE", 1.5, "core.E011", "0 to 1"),
        ("HSTS_SECONDS", -1, "core.E012", "HSTS_SECONDS"),
    ],
)
def test_a_value_that_cannot_be_run_with_is_refused(name, value, code, advice):
    (problem,) = problems_of(values(**{name: value}))

    assert (problem.code, problem.name) == (code, name)
    assert advice in problem.message


def test_plain_http_is_fine_where_it_was_asked_for():
    assert problems_of(values(HTTPS_ONLY=False, FRONTEND_URL="http://10.0.0.5:8000")) == []
    assert problems_of(values(HTTPS_ONLY=False, DEBUG=True)) == []


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_missing_is_said_once_with_what_to_set(name):
    found, problems = tunables.read({**PRODUCTION, name: ""})

    assert [(problem.code, problem.name) for problem in problems] == [("core.E001", name)]
    assert "set it to" in problems[0].message
    assert problems_of(SimpleNamespace(**found)) == []


@pytest.mark.parametrize(
    ("name", "text"), [("DEBUG", "maybe"), ("EMAIL_PORT", "smtp"), ("SENTRY_SAMPLE_RATE", "half")]
)
def test_a_value_that_cannot_be_read_is_refused(name, text):
    _found, problems = tunables.read({**PRODUCTION, name: text})

    assert [(problem.code, problem.name) for problem in problems] == [("core.E002", name)]


def test_no_message_shows_a_secret():
    secrets = {
        "SECRET_KEY": "hunter2",
        "ENCRYPTION_KEYS": ("hunter2",),
        "DATABASE_URL": "mysql://u:hunter2@host/x",
        "REDIS_URL": "http://:hunter2@host/",
        "CORS_ORIGINS": ("https://u:hunter2@host",),
    }

    problems = problems_of(values(**secrets))

    assert len(problems) == len(secrets)
    assert not any("hunter2" in problem.message for problem in problems)


def test_django_s_own_check_says_the_same(monkeypatch):
    monkeypatch.setattr(tunables, "values", values(SECRET_KEY="short"))
    monkeypatch.setattr(tunables, "problems", [])

    (error,) = check_settings()

    assert error.id == "core.E003"


# Who refuses.


def test_production_passes_every_check_that_django_knows(production):
    done = production("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert "no issues (0 silenced)" in done.stdout, done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import core.wsgi"],
        ["-c", "import core.asgi"],
        ["-m", "celery", "--app", "core.celery", "worker"],
        ["-m", "celery", "--app", "core.celery", "beat"],
        ["manage.py", "migrate"],
    ],
    ids=" ".join,
)
def test_nothing_starts_without_a_secret_key(production, command):
    done = production(*command, SECRET_KEY="", ENCRYPTION_KEYS="hunter2")

    assert done.returncode == EX_CONFIG
    assert "ApraNova does not start with these settings:" in done.stderr
    assert "core.E001  SECRET_KEY is missing" in done.stderr
    assert "core.E004  Key number 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DATABASE_URL", "mysql://u:hunter2@127.0.0.1/x"),
        ("DATABASE_URL", "hunter2"),
        ("REDIS_URL", "redis://:hunter2@[x"),
    ],
)
def test_an_address_that_django_cannot_even_read_is_named(production, name, address):
    done = production("manage.py", "migrate", **{name: address})

    assert done.returncode == EX_CONFIG
    assert f"core.E007  {name} must begin with" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_the_production_server_says_why_it_does_not_start(production):
    done = production(
        *("-m", "granian", "--interface", "wsgi", "--port", "0", "core.wsgi:application"),
        SECRET_KEY="",
    )

    assert done.returncode != 0
    assert "core.E001  SECRET_KEY is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_that_finds_no_database_says_so_in_a_sentence(production):
    done = production("manage.py", "migrate")

    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be had: ")
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
