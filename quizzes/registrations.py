"""What quizzes put into the registries of the floors below."""

from core.files.purposes import file_purposes
from quizzes import policies
from quizzes.files import ANSWER, ANSWER_FILES, SOURCE, SOURCE_FILES

file_purposes.register(ANSWER, ANSWER_FILES)
file_purposes.register(SOURCE, SOURCE_FILES)

__all__ = ["policies"]
