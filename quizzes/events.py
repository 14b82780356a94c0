"""What quizzes tell the rest of the house."""

from uuid import UUID

from core.events.definition import event


@event("quizzes.quiz_published")
class QuizPublished:
    """Students can take a quiz from now on."""

    quiz_id: int


@event("quizzes.quiz_unpublished")
class QuizUnpublished:
    """A quiz is a draft again, or archived."""

    quiz_id: int
    status: str


@event("quizzes.quiz_deleted")
class QuizDeleted:
    """A quiz that nobody has taken is gone."""

    quiz_id: int


@event("quizzes.quiz_saved")
class QuizSaved:
    """A quiz was made or changed."""

    quiz_id: int


@event("quizzes.attempt_started")
class AttemptStarted:
    """Somebody began an attempt at a quiz."""

    attempt: UUID
    quiz_id: int
    student_id: int


@event("quizzes.attempt_submitted")
class AttemptSubmitted:
    """An attempt was handed in, or abandoned and scored on what was saved."""

    attempt: UUID
    quiz_id: int
    student_id: int
    score: str
    max_score: str
    is_abandoned: bool


@event("quizzes.answer_marked")
class AnswerMarked:
    """Somebody looked at an answer and gave it points; `is_first` unless they were given anew."""

    attempt: UUID
    quiz_id: int
    student_id: int
    question_id: int
    score: str
    marks: str
    pending_count: int
    is_first: bool


@event("quizzes.questions_vetted")
class QuestionsVetted:
    """Somebody stands for questions that AI made, or no longer; with `quiz_id` by publishing it."""

    questions: list[int]
    is_sound: bool
    quiz_id: int | None = None


@event("quizzes.quiz_generated")
class QuizGenerated:
    """A generator has filled a draft, which a trainer has to vet."""

    generation: UUID
    quiz_id: int
    questions: int


@event("quizzes.generation_failed")
class GenerationFailed:
    """A generator gave nothing that could be used."""

    generation: UUID
    quiz_id: int
    code: str
