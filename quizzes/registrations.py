"""What quizzes put into the registries of the floors below."""

from core.files.purposes import file_purposes
from core.personal_data import personal_data
from core.registries import (
    AttemptSource,
    DemoPart,
    attempt_sources,
    dashboard_cards,
    demo_content,
    health_checks,
    navigation,
    written_by_actions,
)
from questions.uses import question_uses, unseen_questions
from quizzes import dashboards, demo, own_attempts, own_data, places, policies
from quizzes.actions import generation_job
from quizzes.files import ANSWER, ANSWER_FILES, SOURCE, SOURCE_FILES
from quizzes.health import check_gemini
from quizzes.uses import quizzes_with, unvetted_among

file_purposes.register(ANSWER, ANSWER_FILES)
file_purposes.register(SOURCE, SOURCE_FILES)
demo_content.register("4 quizzes", DemoPart(demo.make_quizzes, demo.are_quizzes_made))
attempt_sources.register("quiz", AttemptSource(own_attempts.of, own_attempts.facts_of))
written_by_actions.register("quizzes", policies.WRITTEN_BY_ACTIONS)
personal_data.register("4 quizzes", own_data.PERSONAL_DATA)
for name, card in dashboards.CARDS.items():
    dashboard_cards.register(f"quizzes {name}", card)
for name, place in places.PLACES.items():
    navigation.register(f"quizzes {name}", place)
health_checks.register("gemini", check_gemini)
question_uses.register("quizzes", quizzes_with)
unseen_questions.register("quizzes", unvetted_among)

# Policies and kinds of jobs declare themselves.
__all__ = ["generation_job", "policies"]
