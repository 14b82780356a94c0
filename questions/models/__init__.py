"""What is asked, about what, and how it fared."""

from questions.models.bank import (
    Choice,
    Difficulty,
    Origin,
    Question,
    QuestionStatus,
    QuestionVersion,
)
from questions.models.images import ImportedImage, VersionImage
from questions.models.imports import ImportBatch, ImportState
from questions.models.statistics import ChoiceCount, VersionStatistics
from questions.models.subjects import Chapter, Subject

__all__ = [
    "Chapter",
    "Choice",
    "ChoiceCount",
    "Difficulty",
    "ImportBatch",
    "ImportState",
    "ImportedImage",
    "Origin",
    "Question",
    "QuestionStatus",
    "QuestionVersion",
    "Subject",
    "VersionImage",
    "VersionStatistics",
]
