"""Files in an S3-compatible store. Loaded only where an operator has set one up."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from core.files.storage import Stream

# Whoever waits holds a thread: a store that is away must be noticed soon.
PATIENCE = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=3,
    read_timeout=15,
    retries={"max_attempts": 2, "mode": "standard"},
    # Checksums in trailers are Amazon's own; other stores refuse them.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
ABSENT = frozenset({"404", "NoSuchKey"})


def _as_os_error(method: Callable[..., Any]) -> Callable[..., Any]:
    """What Django and we expect of a storage, whichever it is."""

    @wraps(method)
    def spoken(*args: Any, **named: Any) -> Any:
        try:
            return method(*args, **named)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ABSENT:
                raise FileNotFoundError(str(error)) from error
            raise OSError(str(error)) from error
        except BotoCoreError as error:
            raise OSError(str(error)) from error

    return spoken


class Bucket(S3Storage):
    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {"client_config": PATIENCE}

    def stream(self, name: str, *, start: int, length: int) -> Stream:
        return Stream(self._body(name, start, length), length)

    _save = _as_os_error(S3Storage._save)  # noqa: SLF001
    _open = _as_os_error(S3Storage._open)  # noqa: SLF001
    delete = _as_os_error(S3Storage.delete)
    exists = _as_os_error(S3Storage.exists)
    listdir = _as_os_error(S3Storage.listdir)
    size = _as_os_error(S3Storage.size)
    get_modified_time = _as_os_error(S3Storage.get_modified_time)

    @_as_os_error
    def _body(self, name: str, start: int, length: int) -> Any:
        wanted = {"Range": f"bytes={start}-{start + length - 1}"} if length else {}
        return self.bucket.Object(self._normalize_name(name)).get(**wanted)["Body"]
