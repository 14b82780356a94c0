"""What students may hand in as files, and who reads them."""

from core.files.kinds import ARCHIVES, DOCUMENTS, IMAGES
from core.files.purposes import MB, FilePurpose

SUBMISSION_FILES = FilePurpose(
    policy="curriculum.read_submission_file",
    kinds=IMAGES | DOCUMENTS | ARCHIVES | {"mp4"},
    max_bytes=25 * MB,
    max_files=20,
    max_total_bytes=100 * MB,
    unused=lambda files: files.filter(submission_files=None),
)
