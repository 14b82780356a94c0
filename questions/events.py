"""What the question bank tells the rest of the house."""

from uuid import UUID

from core.events.definition import event


@event("questions.question_saved")
class QuestionSaved:
    """A question has a version that it had not before."""

    question_id: int
    version: int


@event("questions.question_retired")
class QuestionRetired:
    """A question is no longer taken for quizzes and exams; those that have it keep it."""

    question_id: int


@event("questions.question_deleted")
class QuestionDeleted:
    """A question that nobody was asked is gone."""

    question_id: int


@event("questions.changed_together")
class QuestionsChanged:
    """Many questions were placed, shared, kept private or made ready at once: `what` says which."""

    what: str
    question_ids: list[int]


@event("questions.imported")
class QuestionsImported:
    """A file of questions was taken in."""

    batch: UUID
    new: int
    changed: int


@event("questions.import_undone")
class ImportUndone:
    """A whole import was taken back."""

    batch: UUID
    removed: int


@event("questions.bank_loaded")
class BankLoaded:
    """Questions that come with the platform were brought to what their files say."""

    made: int
    changed: int
    retired: int
