"""Files from which questions are taken in."""

from datetime import timedelta

from core.files.purposes import FilePurpose
from questions.formats.limits import MOST_BYTES

IMPORT = "question import"

IMPORT_FILES = FilePurpose(
    policy="questions.read_import_file",
    kinds=frozenset({"xlsx", "zip", "text", "text in UTF-16"}),
    max_bytes=MOST_BYTES,
    keep=timedelta(days=30),
    unused=lambda files: files.filter(question_imports=None),
)
