"""Names that people give to files: harmless to show, to save and to put into a header."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

NAME_LENGTH = 150
EXTENSION_LENGTH = 12
UNNAMED = "file"

_SEPARATORS = re.compile(r"[/\\]")
# What Windows refuses in names, beyond what is not seen.
_REFUSED = re.compile(r'[<>:"|?*]')
_SPACES = re.compile(r"\s+")
_EXTENSION = re.compile(rf"\.[a-z0-9]{{1,{EXTENSION_LENGTH}}}")
# Names of devices there, whatever stands behind the dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# Control characters, those that turn text around, lone surrogates, line separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Joiners belong to the spelling of Hindi and others.
_JOINERS = frozenset("\u200c\u200d")


def safe_name(given: str) -> str:
    """The last part of a path, without anything unseen or reserved; never empty, never hidden."""
    text = unicodedata.normalize("NFC", _only_seen(_SEPARATORS.split(given)[-1]))
    text = _SPACES.sub(" ", _REFUSED.sub("_", text)).strip(" .")
    extension = extension_of(text)
    stem = text[: len(text) - len(extension)].rstrip(" .")
    if not stem:
        stem = UNNAMED
    if _DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    return stem[: NAME_LENGTH - len(extension)].rstrip(" .") + extension


def extension_of(name: str) -> str:
    """With its dot, in lower case as compared, in its own case's length; empty without one."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if _EXTENSION.fullmatch(suffix) else ""


def content_disposition(name: str, *, as_attachment: bool) -> str:
    """For old clients in ASCII, for all others in full (RFC 6266)."""
    extension = extension_of(name)
    decomposed = unicodedata.normalize("NFKD", name.removesuffix(extension))
    stem = re.sub(r'[^\x20-\x7e]|["\\%;]', "", decomposed).strip(" .") or UNNAMED
    kind = "attachment" if as_attachment else "inline"
    return f"{kind}; filename=\"{stem}{extension}\"; filename*=UTF-8''{quote(name, safe='')}"


def _only_seen(text: str) -> str:
    """A line break or a tab parts words; what else is unseen parts nothing."""
    return "".join(each if not _is_unseen(each) else " " if each.isspace() else "" for each in text)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and character not in _JOINERS
