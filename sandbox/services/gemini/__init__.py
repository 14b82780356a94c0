"""Google Gemini: writes questions by a schema, answers those it is given, and fails as asked."""

from sandbox.service import Service
from sandbox.services.gemini.calls import ROUTES
from sandbox.services.gemini.faults import FAULTS, REFUSALS, error_body, marked_before
from sandbox.services.gemini.names import KEY, MODELS, NAME

__all__ = ["KEY", "MODELS", "NAME", "SERVICE"]

SERVICE = Service(
    name=NAME,
    title="Gemini",
    about="Writes questions from a prompt or a text, in the shape that a JSON schema asks for.",
    routes=ROUTES,
    keys={"API key": KEY},
    error=error_body,
    own_faults=FAULTS,
    refusals=REFUSALS,
    marked=marked_before,
    icon="spark",
)
