"""Where text may lead, and which pictures it may show."""

from __future__ import annotations

import re
from urllib.parse import unquote

LONGEST = 2_000
# Printable ASCII alone: what is beyond was encoded before, and control characters are a disguise.
_REST = r"[!-\[\]-~]*"
_LINKED = re.compile(
    rf"https?://[^\s/?#\\]{_REST}"  # the web
    rf"|mailto:{_REST}"
    rf"|/(?!/){_REST}"  # this site; two slashes would be another one
    rf"|\#{_REST}",  # this page
    re.IGNORECASE,
)
_PICTURED = re.compile(rf"/(?:media|api/files)/{_REST}")


def may_be_linked(address: str) -> bool:
    return len(address) <= LONGEST and bool(_LINKED.fullmatch(address))


def is_own_picture(address: str) -> bool:
    """One of our files. Others would tell a stranger who reads the page, and when."""
    if len(address) > LONGEST or not _PICTURED.fullmatch(address):
        return False
    path = unquote(unquote(address.partition("?")[0]))
    return "\\" not in path and not {".", ".."} & set(path.split("/"))
