"""The data dir: all that a platform keeps, with its keys, and in use by one platform at a time."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.embedded.errors import EmbeddedError
from core.embedded.folders import fits_sockets, temporary_folder
from core.embedded.process import Records, wait_until

ROOT = Path(__file__).resolve().parents[2]
KEY_MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "ENCRYPTION_KEYS": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "METRICS_TOKEN": lambda: secrets.token_urlsafe(32),
}


class DataDir:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.media = path / "media"
        self.keys_file = path / "keys.json"
        self.run = path / "run"
        self.records = Records(self.run / "processes.json")
        self._lock_file = self.run / "lock"
        self._environment_file = self.run / "environment.json"

    @classmethod
    def chosen(cls) -> "DataDir":
        """The one that DATA_DIR names, seen from the repository; `var` when it names none."""
        return cls((ROOT / (os.environ.get("DATA_DIR") or "var")).resolve())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the data dir for this process. The kernel lets go of it even after a kill."""
        self._create()
        with self._lock_file.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise EmbeddedError(
                    f"The data dir {self.path} is in use by process {file.read() or '?'}. "
                    "Stop that one, or run this beside it with another DATA_DIR= and PORT=."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def is_locked(self) -> bool:
        try:
            with self._lock_file.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def keys(self) -> dict[str, str]:
        """Made at the first start; without them nobody reads what they encrypted."""
        found = self._read_keys()
        missing = {name: make() for name, make in KEY_MAKERS.items() if name not in found}
        if missing:
            write_private(self.keys_file, json.dumps(found | missing, indent=2) + "\n")
        return found | missing

    @contextmanager
    def sockets(self) -> Iterator[Path]:
        """Where the engines' sockets are: with us, or elsewhere when our path is too long."""
        own = self.run / "sockets"
        if fits_sockets(own):
            own.mkdir(exist_ok=True, mode=0o700)
            yield own
        else:
            with temporary_folder() as folder:
                yield folder

    @contextmanager
    def published(self, environment: dict[str, str]) -> Iterator[None]:
        """Tells other commands of this machine how to reach what runs here."""
        write_private(self._environment_file, json.dumps(environment))
        try:
            yield
        finally:
            self._environment_file.unlink(missing_ok=True)

    def running_environment(self, patience: float = 0) -> dict[str, str]:
        """What the platform that runs here has published; nothing when none runs."""
        wait_until(lambda: self._environment_file.exists() or not self.is_locked(), patience)
        try:
            return json.loads(self._environment_file.read_text()) if self.is_locked() else {}
        except FileNotFoundError:
            return {}

    def _create(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.run.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise EmbeddedError(
                f"The data dir {self.path} cannot be made: {error.strerror}. "
                "Choose another place with DATA_DIR=."
            ) from None

    def _read_keys(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.keys_file.read_text()))
        except FileNotFoundError:
            if (self.path / "postgres").exists():
                raise EmbeddedError(
                    f"{self.keys_file} is gone, and without it what the database holds encrypted "
                    "cannot be read. Put it back from a backup; to go on without, write {} into it."
                ) from None
            return {}
        except ValueError:
            raise EmbeddedError(
                f"{self.keys_file} cannot be read. Put it back from a backup."
            ) from None


def write_private(path: Path, text: str) -> None:
    """Writes a file that only we may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
