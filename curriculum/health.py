"""Whether what happens at GitHub is seen here: never a reason not to serve anything."""

from django.core.cache import cache

from core.health.findings import Finding, degraded, healthy, not_configured
from curriculum.actions.github_reconciling import AWAY_KEY
from curriculum.actions.webhooks import LATE_KEY
from curriculum.github.configured import hook_secret, is_configured


def check_github() -> Finding:
    """By what the sweeps have noted: it asks neither GitHub nor the database."""
    if not is_configured():
        return not_configured("Not set up here.")
    if cache.get(AWAY_KEY):
        return degraded("It does not answer; what happens there shows later.")
    if cache.get(LATE_KEY):
        return degraded("What it sent waits for longer than it should.")
    if not hook_secret():
        return healthy("Repositories are made; news are asked for, since no webhook secret is set.")
    return healthy("Repositories are made, and news of them come in.")
