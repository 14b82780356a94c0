"""Files from which questions are taken in, and pictures that they show."""

from datetime import timedelta

from core.files.kinds import IMAGES
from core.files.purposes import MB, FilePurpose
from questions.formats.limits import MOST_BYTES

IMPORT, IMAGE = "question import", "question image"

IMPORT_FILES = FilePurpose(
    policy="questions.read_import_file",
    kinds=frozenset({"xlsx", "zip", "text", "text in UTF-16"}),
    max_bytes=MOST_BYTES,
    keep=timedelta(days=30),
    unused=lambda files: files.filter(question_imports=None),
)

# Others see the question when its author is gone, so the picture stays too.
IMAGE_FILES = FilePurpose(
    policy="questions.read_image",
    kinds=IMAGES,
    max_bytes=5 * MB,
    unused=lambda files: files.filter(versions=None),
    # Whoever writes a long question sends pictures first and saves later.
    unused_for=timedelta(days=7),
    stays=True,
)
