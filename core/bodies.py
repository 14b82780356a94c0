"""Request bodies that end too soon: whoever reads one learns of it.

When a client goes away in the middle of an upload, servers end the stream as if that were all, and
half a file would be taken for a whole one.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WholeBodies:
    """Around the WSGI application: the body is as long as its Content-Length, or reading fails."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        if length.isdigit():
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return self._application(environ, start_response)


class WholeBody:
    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        parts = []
        while wanted:
            part = self._counted(self._stream.read(wanted))
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def readline(self, size: int | None = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        return self._counted(self._stream.readline(wanted)) if wanted else b""

    def readlines(self, hint: int = -1) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def close(self) -> None:
        """Servers close what they opened."""

    def _counted(self, part: bytes) -> bytes:
        if not part:
            # Django makes an UnreadablePostError of it, which is answered like any bad request.
            raise ConnectionResetError(f"the body ended {self._left} bytes too soon")
        self._left -= len(part)
        return part
