"""What an address must look like for each kind of deliverable."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from core.errors import Invalid

URL_LENGTH = 500
_REPOSITORY = re.compile(r"^/[\w.-]+/[\w.-]+/?$")
_PULL_REQUEST = re.compile(r"^/[\w.-]+/[\w.-]+/pull/[1-9]\d{0,8}/?$")
_is_url = URLValidator(schemes=["http", "https"])


def checked_url(kind: str, text: str) -> str:
    """The address as it is kept, or nothing where none was given; we never fetch it."""
    url = text.strip()
    if not url:
        return ""
    if len(url) > URL_LENGTH or not _is_an_address(url):
        raise Invalid(None, url=[_("This is no address of a page. It begins with https://.")])
    # GitHub itself has its pages at the root; a stand-in may have them below a path.
    path = urlsplit(url).path.removeprefix(urlsplit(settings.GITHUB["web"]).path)
    if kind == "repository" and not _REPOSITORY.match(path):
        raise Invalid(
            None, url=[_("Give the repository's own page, such as https://github.com/you/name.")]
        )
    if kind == "pull_request" and not _PULL_REQUEST.match(path):
        raise Invalid(
            None,
            url=[_("Give the pull request's page, such as https://github.com/you/name/pull/1.")],
        )
    return url.rstrip("/") if kind in {"repository", "pull_request"} else url


def _is_an_address(url: str) -> bool:
    try:
        _is_url(url)
        parts = urlsplit(url)
    except (ValidationError, ValueError):
        return False
    return not (parts.username or parts.password)
