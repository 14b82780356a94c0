"""QTI 2.1 packages: a ZIP with a manifest and an item a question. Reads the names of 3.0 as well.

What questions say stands in them as Markdown. Facts that items have no place for (subject, tags,
difficulty) are metadata of the manifest, in LOM.
"""

from questions.formats.qti.reading import read
from questions.formats.qti.writing import without_pictures, write

__all__ = ["read", "without_pictures", "write"]
