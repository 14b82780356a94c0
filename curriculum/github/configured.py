"""Whether repositories are set up here, and where GitHub is to send what it has to tell."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from curriculum.errors import GitHubNotConfigured

EVENTS = (
    *("push", "pull_request", "pull_request_review", "check_suite", "workflow_run"),
    "repository",
)


def is_configured() -> bool:
    return bool(settings.GITHUB["client_id"] and settings.GITHUB["secret"])


def demand_configured() -> None:
    if not is_configured():
        raise GitHubNotConfigured


def callback_url() -> str:
    return settings.FRONTEND_URL + reverse("auth-github-callback")


def hook_url() -> str:
    return settings.FRONTEND_URL + reverse("webhooks-github")


def hook_secret() -> str:
    """That of new webhooks; nothing where none are wanted."""
    return next(iter(settings.GITHUB_WEBHOOK_SECRET), "")


def hook_mark() -> str:
    """Changes with where webhooks lead, by which secret, and for what; tells none of it."""
    about = "\n".join([hook_url(), hook_secret(), *EVENTS])
    return salted_hmac("curriculum.github.hook", about, algorithm="sha256").hexdigest()


def csp_sources() -> Mapping[str, Sequence[str]]:
    """Our button leads to GitHub by redirect, which browsers ask the policy for."""
    if not is_configured():
        return {}
    place = urlsplit(settings.GITHUB["authorize"])
    return {"form-action": [f"{place.scheme}://{place.netloc}"]}
