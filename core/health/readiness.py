"""Whether this process may be sent requests: its database is migrated and the demo has its data."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from core.demo import is_demo_ready


class Readiness:
    """One for each process. Once everything is there, it stays so without asking.

    A database that goes away later is no reason: a process that takes requests can tell people
    so, which an empty balancer cannot.
    """

    def __init__(self) -> None:
        self._is_ready = False

    def missing(self) -> str:
        """What is not there yet, or nothing."""
        if self._is_ready:
            return ""
        try:
            missing = _missing()
        except DatabaseError:
            return "The database does not answer."
        self._is_ready = not missing
        return missing


def _missing() -> str:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "The database is not migrated."
    if settings.DEMO and not is_demo_ready():
        return "The demo's data are not there yet."
    return ""


readiness = Readiness()
