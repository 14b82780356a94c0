"""Whether questions can be made by AI: told from the last request, never by one of its own."""

from core.health.findings import Finding, degraded, healthy, not_configured
from quizzes.generators.gemini_outcomes import last_outcome
from quizzes.generators.serving import is_ai_configured


def check_gemini() -> Finding:
    if not is_ai_configured():
        return not_configured("Quizzes are made from texts and files only.")
    outcome = last_outcome()
    if outcome == "refused":
        return degraded("It refuses our requests.")
    if outcome == "away":
        return degraded("It does not answer.")
    return healthy("It answered last time." if outcome else "It was not asked lately.")
