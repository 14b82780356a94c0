"""The text of files from which quizzes are made."""

from quizzes.generators.sources.reading import text_of_file

__all__ = ["text_of_file"]
