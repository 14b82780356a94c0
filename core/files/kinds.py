"""What a file is, told by its bytes. Its name and what a browser claims only have to agree.

A short list of our own and no library: what is not on it is refused anyway, and each line can be
read. Libraries that know hundreds of formats also find formats in what is none.
"""

import codecs
from collections.abc import Callable, Collection
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from core.files.names import extension_of

HEAD = 1024
# Where a ZIP keeps its table of contents.
TAIL = 256 * 1024
CHUNK = 64 * 1024
# What text may hold below a space: tab, line feed, form feed, carriage return, escape.
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27}) + b"\x7f"


@dataclass(frozen=True)
class FileKind:
    """`is_shown` in the browser itself; everything else is only ever saved."""

    name: str
    content_type: str
    extensions: tuple[str, ...]
    is_it: Callable[[bytes, BinaryIO], bool]
    is_shown: bool = False


def kind_of(content: BinaryIO) -> FileKind | None:
    """The first kind that fits; None for what we do not know. Leaves the file at its start."""
    content.seek(0)
    head = content.read(HEAD)
    kind = next((kind for kind in KINDS if head and kind.is_it(head, content)), None)
    content.seek(0)
    return kind


def fits(kind: FileKind, name: str) -> bool:
    """Whether a file that is called so may be of this kind."""
    extension = extension_of(name)
    return not extension or extension in kind.extensions


def extensions_of(kinds: Collection[str]) -> list[str]:
    """For the `accept` of a file field, and to tell people what is taken."""
    return [extension for kind in KINDS if kind.name in kinds for extension in kind.extensions]


def _begins(*marks: bytes) -> Callable[[bytes, BinaryIO], bool]:
    return lambda head, _content: head.startswith(marks)


def _is_webp(head: bytes, _content: BinaryIO) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_mp4(head: bytes, _content: BinaryIO) -> bool:
    return head[4:8] == b"ftyp"


def _is_zip(head: bytes, _content: BinaryIO) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _office(part: bytes) -> Callable[[bytes, BinaryIO], bool]:
    """A ZIP whose table of contents names this part; nothing in it is unpacked."""

    def is_it(head: bytes, content: BinaryIO) -> bool:
        if not _is_zip(head, content):
            return False
        size = content.seek(0, SEEK_END)
        content.seek(max(0, size - TAIL))
        return part in content.read(TAIL)

    return is_it


def _is_text(head: bytes, content: BinaryIO) -> bool:
    """UTF-8 from end to end, without control characters: what an editor shows as it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    content.seek(0)
    try:
        while chunk := content.read(CHUNK):
            if len(chunk.translate(None, _CONTROLS)) != len(chunk):
                return False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf16(head: bytes, content: BinaryIO) -> bool:
    """With its mark, and from end to end: what spreadsheets call Unicode text."""
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    decoder = codecs.getincrementaldecoder("utf-16")()
    content.seek(0)
    try:
        while chunk := content.read(CHUNK):
            if "\x00" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_SOURCE_CODE = (
    *(".txt", ".md", ".markdown", ".rst", ".log", ".csv", ".tsv", ".json", ".jsonl", ".ipynb"),
    *(".yaml", ".yml", ".toml", ".ini", ".cfg", ".env", ".xml", ".html", ".htm", ".css", ".scss"),
    *(".py", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".vue", ".java", ".kt", ".go", ".rs", ".c"),
    *(".h", ".cpp", ".cs", ".rb", ".php", ".r", ".sql", ".sh", ".ps1", ".tf", ".diff", ".patch"),
    *(".gift",),
)
_OPEN_XML = "application/vnd.openxmlformats-officedocument"

# From the most exact to the least: office documents are ZIPs too, and text is what is left.
KINDS = (
    FileKind("png", "image/png", (".png",), _begins(b"\x89PNG\r\n\x1a\n"), is_shown=True),
    FileKind("jpeg", "image/jpeg", (".jpg", ".jpeg"), _begins(b"\xff\xd8\xff"), is_shown=True),
    FileKind("gif", "image/gif", (".gif",), _begins(b"GIF87a", b"GIF89a"), is_shown=True),
    FileKind("webp", "image/webp", (".webp",), _is_webp, is_shown=True),
    FileKind("pdf", "application/pdf", (".pdf",), _begins(b"%PDF-")),
    FileKind("mp4", "video/mp4", (".mp4", ".m4v"), _is_mp4),
    FileKind(
        "docx",
        f"{_OPEN_XML}.wordprocessingml.document",
        (".docx",),
        _office(b"word/document.xml"),
    ),
    FileKind("xlsx", f"{_OPEN_XML}.spreadsheetml.sheet", (".xlsx",), _office(b"xl/workbook.xml")),
    FileKind(
        "pptx",
        f"{_OPEN_XML}.presentationml.presentation",
        (".pptx",),
        _office(b"ppt/presentation.xml"),
    ),
    FileKind("zip", "application/zip", (".zip",), _is_zip),
    FileKind("gzip", "application/gzip", (".gz", ".tgz"), _begins(b"\x1f\x8b\x08")),
    FileKind("text", "text/plain; charset=utf-8", _SOURCE_CODE, _is_text),
    FileKind("text in UTF-16", "text/plain; charset=utf-16", _SOURCE_CODE, _is_utf16),
)
IMAGES = frozenset({"png", "jpeg", "gif", "webp"})
DOCUMENTS = frozenset({"pdf", "docx", "xlsx", "pptx", "text"})
ARCHIVES = frozenset({"zip", "gzip"})
SHOWN_TYPES = frozenset(kind.content_type for kind in KINDS if kind.is_shown)
