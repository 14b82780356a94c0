"""Files that are answers, and files from which quizzes are made."""

from core.files.kinds import ARCHIVES, DOCUMENTS, IMAGES
from core.files.purposes import MB, FilePurpose

ANSWER, SOURCE = "quiz answer", "quiz source"

ANSWER_FILES = FilePurpose(
    policy="quizzes.read_answer_file",
    kinds=IMAGES | DOCUMENTS | ARCHIVES,
    max_bytes=10 * MB,
)
SOURCE_FILES = FilePurpose(
    policy="quizzes.read_source",
    kinds=frozenset({"pdf", "docx", "pptx", "text"}),
    max_bytes=10 * MB,
    unused=lambda files: files.filter(generations=None),
)
