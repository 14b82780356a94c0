"""What those who teach fill in about questions."""

from questions.forms.writing import FORMS, QuestionForm

__all__ = ["FORMS", "QuestionForm"]
