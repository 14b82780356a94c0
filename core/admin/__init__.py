"""The floor's rows in the admin: to be read, found, and told to try again."""

from core.admin import cards, events, idempotency, jobs, mail

__all__ = ["cards", "events", "idempotency", "jobs", "mail"]
