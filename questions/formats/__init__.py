"""Files of questions, one module a format: bytes in, rows out. No database, no request."""

from questions.formats.drafts import Draft, Entry, Reading, Row, read_entry, written_of
from questions.formats.limits import MOST_BYTES, MOST_ROWS
from questions.formats.losses import Loss
from questions.formats.registry import FORMATS, Format, recognise, rows_in, written_as

__all__ = [
    "FORMATS",
    "MOST_BYTES",
    "MOST_ROWS",
    "Draft",
    "Entry",
    "Format",
    "Loss",
    "Reading",
    "Row",
    "read_entry",
    "recognise",
    "rows_in",
    "written_as",
    "written_of",
]
