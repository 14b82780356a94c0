"""The text of PDF files, page by page."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from quizzes.generators.errors import SourceUnreadable

MOST_PAGES = 300
# Pages that were made to be slow to read are no reason to hold a worker.
LONGEST_SECONDS = 60
_HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
# A line that goes on in the next one: it ends without a mark, and the next begins small.
_BROKEN = re.compile(r"(?<=[\w,;)])\n(?=[a-z(])")

# What it raises, besides its own, on files that no program for PDF would write.
_DAMAGED = (
    *(PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, OSError),
    *(RecursionError, MemoryError, OverflowError, AssertionError, NotImplementedError),
)

# It tells of each flaw in a file, which strangers' files have many of.
logging.getLogger("pypdf").setLevel(logging.ERROR)


def pdf_parts(content: BinaryIO) -> Iterator[str]:
    content.seek(0)
    until = time.monotonic() + LONGEST_SECONDS
    try:
        reader = PdfReader(content)
        if reader.is_encrypted:
            raise SourceUnreadable(_("This PDF is protected by a password. Save it without one."))
        if len(reader.pages) > MOST_PAGES:
            raise SourceUnreadable(
                _("This PDF has more than %d pages. Send the part that matters.") % MOST_PAGES
            )
        for page in reader.pages:
            if time.monotonic() > until:
                raise SourceUnreadable(_("This PDF takes too long to read. Save it anew."))
            yield _joined(page.extract_text() or "")
    except _DAMAGED as error:
        raise SourceUnreadable(_("This PDF is damaged. Save it anew.")) from error


def _joined(text: str) -> str:
    """Lines as the page broke them become lines as they were meant."""
    return _BROKEN.sub(" ", _HYPHENATED.sub("", text)) + "\n"
