"""People, their sign-ins and the audit log in the admin."""

from accounts.admin import audit, people, sign_ins

__all__ = ["audit", "people", "sign_ins"]
