"""Stylesheets: one file a component, joined in the order of the layers into one `css/app.css`.

A folder under `static/css/` is a cascade layer. Addresses in the parts are relative to the joined
file. A part that refers to a file that is not there, such as a font where npm is missing, is left
out as a whole: pages must look right without it. The admin has a theme of its own, to which
`css/admin.css` gives our tokens.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder, FileSystemFinder
from django.core.files.storage import FileSystemStorage, Storage

LAYERS = ("reset", "tokens", "base", "layout", "components", "pages", "utilities")
JOINED = "css/app.css"
ADMIN = "css/admin.css"
SHEETS = {JOINED: LAYERS, ADMIN: ("tokens", "components", "admin")}
# Of our components, those that the admin shows as well.
IN_ADMIN = frozenset({"prose.css", "code.css"})
FOLDERS = sorted({folder for layers in SHEETS.values() for folder in layers})

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s*\n\s*")
_ADDRESS = re.compile(r"""url\(["']?(?!data:|#)([^"')]+)["']?\)""")


class OwnFiles(FileSystemFinder):
    """Our static files but for the parts of the stylesheet, which nobody asks for."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        parts = [f"css/{folder}/*" for folder in FOLDERS]
        return iter(super().list([*(ignore_patterns or ()), *parts]))


class JoinedStyles(BaseFinder):
    """Finds the joined stylesheets, and makes them whenever a part is newer."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in SHEETS:
            return []
        joined = str(join_stylesheet(path))
        return [joined] if find_all else joined

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for sheet in SHEETS:
            join_stylesheet(sheet)
            yield sheet, FileSystemStorage(location=_folder())


def join_stylesheet(sheet: str = JOINED) -> Path:
    """The path of the joined file, which is written only when it changes."""
    layers = SHEETS[sheet]
    sources = [path for path in parts(layers) if sheet == JOINED or _is_in_admin(path)]
    joined, text = _folder() / sheet, joined_text(sources, layers)
    if not joined.exists() or joined.read_text() != text:
        _write(joined, text)
    return joined


def joined_text(sources: Iterable[Path], layers: Sequence[str] = LAYERS) -> str:
    by_layer: dict[str, list[str]] = {layer: [] for layer in layers}
    for path in sources:
        text = squeezed(path.read_text())
        if all(_is_there(address) for address in _ADDRESS.findall(text)):
            by_layer[path.parent.name].append(text)
    blocks = [
        f"@layer {layer}{{\n{chr(10).join(texts)}\n}}" for layer, texts in by_layer.items() if texts
    ]
    return "\n".join([f"@layer {', '.join(layers)};", *blocks, ""])


def parts(layers: Sequence[str] = LAYERS) -> list[Path]:
    folder = Path(settings.BASE_DIR) / "static" / "css"
    return [path for layer in layers for path in sorted((folder / layer).glob("*.css"))]


def _is_in_admin(path: Path) -> bool:
    return path.parent.name != "components" or path.name in IN_ADMIN


def squeezed(text: str) -> str:
    """Without comments and indentation; compression does the rest."""
    return _SPACE.sub("\n", _COMMENT.sub("", text)).strip()


def _is_there(address: str) -> bool:
    return bool(finders.find(os.path.normpath(f"css/{address}")))


def _write(path: Path, text: str) -> None:
    """Whole or not at all: several processes may come here at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "joined"
