"""Moodle's XML, in the types that Moodle itself has; texts are marked as Markdown."""

from questions.formats.moodle_xml.reading import read
from questions.formats.moodle_xml.writing import cannot, without_pictures, write

__all__ = ["cannot", "read", "without_pictures", "write"]
