"""GitHub: sign-in and connecting by OAuth, and what of its REST API and webhooks courses need."""

from sandbox.faults import Family, FaultKind
from sandbox.service import Service
from sandbox.services.github import (
    accounts,
    checks,
    controls,
    hooks,
    pages,
    pulls,
    repositories,
)
from sandbox.services.github.apps import CLIENT, CONNECT_CLIENT, NEIGHBOUR, PROVIDER
from sandbox.services.github.calls import error_body, refuse_for_haste, refuse_for_rate
from sandbox.services.github.happenings import STAYS_EMPTY
from sandbox.services.github.names import NAME, TEMPLATES
from sandbox.services.github.telling import EVENTS, sign

__all__ = ["CLIENT", "CONNECT_CLIENT", "NEIGHBOUR", "SERVICE"]

FAULTS = (
    FaultKind(
        name="rate_limit",
        family=Family.HTTP,
        title="403 Rate limit",
        about="Says that the calls of this hour are used up, and when the next begins.",
        seconds=60,
        reach="/api/*",
    ),
    FaultKind(
        name="secondary_limit",
        family=Family.HTTP,
        title="403 Secondary limit",
        about="Says that one asks too fast, with Retry-After.",
        seconds=60,
        reach="/api/*",
    ),
    FaultKind(
        name=STAYS_EMPTY,
        family=Family.HTTP,
        title="Stays empty",
        about="The next repository from a template never gets its files. The path is its name.",
    ),
)
SERVICE = Service(
    name=NAME,
    title="GitHub",
    about="Signs people in, keeps their repositories, and tells of pull requests by webhook.",
    routes=(
        *PROVIDER.pages("/login/oauth/authorize"),
        *accounts.ROUTES,
        *repositories.ROUTES,
        *pulls.ROUTES,
        *hooks.ROUTES,
        *checks.ROUTES,
        *repositories.LAST_ROUTES,
    ),
    pages=pages.ROUTES,
    controls=controls.ROUTES,
    keys={
        "Client id": CLIENT.id,
        "Client secret": CLIENT.secret,
        "Client id, to connect": CONNECT_CLIENT.id,
        "Client secret, to connect": CONNECT_CLIENT.secret,
        "Owner of templates": TEMPLATES.handle,
    },
    error=error_body,
    webhooks=EVENTS,
    sign=sign,
    own_faults=FAULTS,
    refusals={"rate_limit": refuse_for_rate, "secondary_limit": refuse_for_haste},
    icon="branch",
    page=f"/{NAME}/",
)
