"""How large a form with files may be: settled by its Content-Length, before anything is read.

A view that takes more than a small file says so: `largest_upload`, in bytes, on its class or on
its function. `core.bodies` sees to it that a body is as long as it says.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

View = TypeVar("View", bound=Callable[..., Any])

SMALL = 3 * 1024 * 1024
# What boundaries, headers and other fields add to the files.
AROUND = 256 * 1024


class SizeGuard(FileUploadHandler):
    """The first of FILE_UPLOAD_HANDLERS: stops a form, and leaves files to the others."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  (Django's name)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > largest_body(self.request):
            raise RequestDataTooBig("The form is larger than its view takes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def takes_uploads(largest: int) -> Callable[[View], View]:
    """Let a page that is a function take forms with files of so many bytes in all."""

    def mark(view: View) -> View:
        view.largest_upload = largest  # type: ignore[attr-defined]
        return view

    return mark


def largest_body(request: Any) -> int:
    match = getattr(request, "resolver_match", None)
    view = match.func if match else None
    shaped = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return getattr(shaped, "largest_upload", SMALL) + AROUND
