"""What curriculum puts into the registries of the floors below."""

from core.backoffice.cards import admin_cards
from core.files.purposes import file_purposes
from core.personal_data import personal_data
from core.registries import (
    DemoPart,
    dashboard_cards,
    demo_content,
    health_checks,
    navigation,
    preparations,
    state_metrics,
    tracks,
    written_by_actions,
)
from core.security import csp_sources
from curriculum import cards, dashboards, demo, learning_cards, own_data, places, policies
from curriculum.actions import github_connections, repository_making
from curriculum.actions.files import PURPOSE
from curriculum.files import SUBMISSION_FILES
from curriculum.github import configured
from curriculum.health import check_github
from curriculum.loading import load_own_content
from curriculum.stats import webhook_metrics
from curriculum.tracks import published_tracks

file_purposes.register(PURPOSE, SUBMISSION_FILES)
tracks.register("curriculum", published_tracks)
preparations.register("2 curriculum content", load_own_content)
demo_content.register("2 curriculum", DemoPart(demo.make_learning, demo.is_learning_made))
csp_sources.register("github", configured.csp_sources)
for name, card in (*dashboards.CARDS.items(), *learning_cards.CARDS.items()):
    dashboard_cards.register(f"curriculum {name}", card)
for name, place in places.PLACES.items():
    navigation.register(f"curriculum {name}", place)
personal_data.register("2 curriculum", own_data.PERSONAL_DATA)
if configured.is_configured():
    health_checks.register("github", check_github)
state_metrics.register("github", webhook_metrics)
admin_cards.register("6 work by day", cards.work_by_day)
admin_cards.register("7 waiting for review", cards.waiting_for_review)
admin_cards.register("8 students by track", cards.students_by_track)
written_by_actions.register("curriculum", policies.WRITTEN_BY_ACTIONS)

# Policies and kinds of jobs declare themselves.
__all__ = ["github_connections", "policies", "repository_making"]
