"""People, their sign-ins and the audit log in the admin."""

from accounts.admin import api_keys, audit, invitations, people, sign_ins

__all__ = ["api_keys", "audit", "invitations", "people", "sign_ins"]
