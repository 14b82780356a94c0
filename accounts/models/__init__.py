"""People, their sign-ins, and the record of who did what."""

from accounts.models.api_keys import ApiKey
from accounts.models.audit import AuditActor, AuditEntry
from accounts.models.closings import AccountClosing, TermsAcceptance
from accounts.models.invitations import Invitation
from accounts.models.people import User
from accounts.models.phones import PhoneCode
from accounts.models.second_steps import SecondStep, TotpSetup, UsedChallenge, UsedCode
from accounts.models.sign_ins import SignIn, SignInBrake
from accounts.models.trainers import TrainerAssignment
from accounts.roles import Role

__all__ = [
    "AccountClosing",
    "ApiKey",
    "AuditActor",
    "AuditEntry",
    "Invitation",
    "PhoneCode",
    "Role",
    "SecondStep",
    "SignIn",
    "SignInBrake",
    "TermsAcceptance",
    "TotpSetup",
    "TrainerAssignment",
    "UsedChallenge",
    "UsedCode",
    "User",
]
