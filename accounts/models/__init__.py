"""People, their sign-ins, and the record of who did what."""

from accounts.models.audit import AuditActor, AuditEntry
from accounts.models.people import User
from accounts.models.sign_ins import SignIn, SignInBrake
from accounts.roles import Role

__all__ = ["AuditActor", "AuditEntry", "Role", "SignIn", "SignInBrake", "User"]
