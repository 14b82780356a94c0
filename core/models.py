"""The floor's rows, gathered from its mechanisms for Django's app registry."""

from core.events.models import Event, EventDelivery
from core.files.models import StoredFile
from core.idempotency.models import IdempotentCall
from core.jobs.models import Job
from core.mail.models import Mail

__all__ = ["Event", "EventDelivery", "IdempotentCall", "Job", "Mail", "StoredFile"]
