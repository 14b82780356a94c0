"""Where the bytes are: on a disk, or in an S3-compatible store (see `core.files.s3`).

A storage of ours is one of Django's that can also `stream` a part of a file, and that says
`OSError` for whatever goes wrong.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Protocol, cast

from django.core.files.storage import FileSystemStorage, default_storage

from core.errors import Missing, Unavailable

CHUNK = 64 * 1024
COPY_CHUNK = 256 * 1024


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Stream:
    """So many bytes of an open source, in chunks; whoever sends them closes it."""

    def __init__(self, source: Source, length: int) -> None:
        self._source = source
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = self._source.read(min(CHUNK, self._left)) if self._left else b""
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._source.close()


class Disk(FileSystemStorage):
    def stream(self, name: str, *, start: int, length: int) -> Stream:
        source = self.open(name, "rb")
        source.seek(start)
        return Stream(cast("Source", source), length)


def stream(name: str, *, start: int, length: int) -> Stream:
    """Opened at once, so that what is missing is a 404 and a store that is away a 503."""
    with storage_refusals():
        opened: Stream = cast("Any", default_storage).stream(name, start=start, length=length)
        return opened


@contextmanager
def storage_refusals() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise Missing from None
    except OSError as error:
        raise Unavailable from error


@contextmanager
def local_copy(name: str) -> Iterator[BinaryIO]:
    """For what has to go back and forth in a file that may be far away; gone afterwards."""
    with TemporaryFile() as copy:
        with storage_refusals(), default_storage.open(name, "rb") as stored:
            shutil.copyfileobj(stored, copy, COPY_CHUNK)
        yield cast("BinaryIO", copy)
