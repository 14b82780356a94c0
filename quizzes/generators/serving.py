"""Which generator serves which wish, as this platform is set up."""

from __future__ import annotations

from django.conf import settings

from quizzes.errors import AINotConfigured
from quizzes.generators.builtin import BuiltinGenerator
from quizzes.generators.port import QuestionGenerator
from quizzes.models.generation import GenerationType

GEMINI, BUILTIN = "gemini", "builtin"
FROM_A_SOURCE = frozenset({GenerationType.SOURCE_TEXT, GenerationType.FILE})


def generator_for(type_: str) -> QuestionGenerator:
    """Raises AINotConfigured where a wish needs what is not set up here."""
    if _serves_by_ai(type_):
        # The library takes more than a second to import, so it comes only with the first use.
        from quizzes.generators.gemini import GeminiGenerator  # noqa: PLC0415

        return GeminiGenerator()
    if type_ not in FROM_A_SOURCE:
        raise AINotConfigured
    return BuiltinGenerator()


def is_ai_configured() -> bool:
    return settings.AI_GENERATOR == GEMINI and bool(settings.GEMINI["key"])


def _serves_by_ai(type_: str) -> bool:
    """The sandbox understands no texts, so that the demo leaves them to the built-in generator."""
    reads_texts = not settings.GEMINI["is_sandbox"]
    return is_ai_configured() and (reads_texts or type_ not in FROM_A_SOURCE)
