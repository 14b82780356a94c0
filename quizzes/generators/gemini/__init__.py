"""Questions by Google Gemini, through Google's own library."""

from quizzes.generators.gemini.generator import GeminiGenerator

__all__ = ["GeminiGenerator"]
