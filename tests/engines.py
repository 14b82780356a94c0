"""Engines and databases of a test run: throw-away servers, one database a process from a template.

Imported by the root conftest before Django reads its settings, so that test processes and whatever
they start find their own database and their own Valkey number in the environment.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from core.embedded.engines import throwaway_engines

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "core.settings.test",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
    "ENCRYPTION_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "FRONTEND_URL": "http://testserver",
    "HTTPS_ONLY": "0",
    "DEMO": "0",
    # The sandbox answers for all of them, and is as slow as the machine.
    **dict.fromkeys(
        ("EMAIL_TIMEOUT", "GEMINI_TIMEOUT", "GITHUB_TIMEOUT", "SMS_TIMEOUT", "SOCIAL_TIMEOUT"), "60"
    ),
}
TEMPLATE_LOCK = 20_261_120
DEADLOCKS = 10

_running = None


def start() -> None:
    """Start engines once a run (workers inherit them) and point this process at its own share."""
    global _running  # noqa: PLW0603 (pytest has no object that lives before Django's settings)
    os.environ.update(ENVIRONMENT)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
            _running = throwaway_engines()
            engines = _running.__enter__()
            os.environ.update(DATABASE_URL=engines.database_url, REDIS_URL=engines.redis_url)
        os.environ["TEST_RUN"] = str(os.getpid())
        os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="apranova-tests-")
        (Path(os.environ["DATA_DIR"]) / "static").mkdir()
        os.environ["TEST_SERVER_URL"] = os.environ["DATABASE_URL"]
        os.environ["TEST_REDIS_URL"] = os.environ["REDIS_URL"]
    name = worker or "main"
    os.environ["DATABASE_URL"] = _with_database(f"test_{os.environ['TEST_RUN']}_{name}")
    os.environ["REDIS_URL"] = _with_number(1 if worker is None else 2 + int(worker[2:]))


def leave_settings_to_workers() -> None:
    """pytest-django would read them in each worker before the worker knows its own database."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


def stop() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["DATA_DIR"], ignore_errors=True)
    if _running is not None:
        _running.__exit__(None, None, None)


@contextmanager
def own_database() -> Iterator[None]:
    """This process's database, copied from the template that the first process migrates."""
    name = connection.settings_dict["NAME"]
    template = f"test_{os.environ['TEST_RUN']}_template"
    with psycopg.connect(os.environ["TEST_SERVER_URL"], autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if known.fetchone() is None:
            server.execute(f'CREATE DATABASE "{name}"')
            call_command("migrate", verbosity=0)
            connection.close()
            server.execute(f'CREATE DATABASE "{template}" TEMPLATE "{name}"')
        else:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        server.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
    _emptied_tables()  # before a test has committed anything
    yield
    connection.close()
    with psycopg.connect(os.environ["TEST_SERVER_URL"], autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if name.endswith("_main"):
            server.execute(f'DROP DATABASE IF EXISTS "{template}"')


def forget_what_was_committed() -> None:
    """Empties what migrations leave empty, whoever refers to whom and whatever refuses it.

    In the place of Django's TRUNCATE of every table, which takes a hundred times as long; like
    that, it waits for transactions that are still under way, and where one of those waits for it
    as well, the database may end either.
    """
    for _ in range(DEADLOCKS):
        try:
            return _empty_tables(_emptied_tables())
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
    raise AssertionError(f"no end of deadlocks after {DEADLOCKS}")


def _empty_tables(names: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(";".join(f"DELETE FROM {name}" for name in names))


@cache
def _emptied_tables() -> list[str]:
    with connection.cursor() as cursor:
        tables = map(connection.ops.quote_name, connection.introspection.table_names(cursor))
        return [table for table in tables if _is_empty(cursor, table)]


def _is_empty(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
    return not cursor.fetchone()[0]


def _with_database(name: str) -> str:
    parts = urlsplit(os.environ["TEST_SERVER_URL"])
    return urlunsplit(parts._replace(path=f"/{name}"))


def _with_number(number: int) -> str:
    base = os.environ["TEST_REDIS_URL"]
    if base.startswith("unix://"):
        return f"{base.partition('?')[0]}?db={number}"
    parts = urlsplit(base)
    return urlunsplit(parts._replace(path=f"/{number}"))
