"""What those who teach fill in about questions."""

from questions.forms.kinds import FORMS
from questions.forms.writing import QuestionForm

__all__ = ["FORMS", "QuestionForm"]
