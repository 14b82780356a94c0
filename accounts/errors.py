"""What can go wrong with people and their sign-ins."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError, Gone, Invalid, InvalidToken, Throttled, Unavailable


class InvalidCredentials(DomainError):
    """The same for an unknown address, a wrong password and a closed account."""

    code = "INVALID_CREDENTIALS"
    status = 401
    message = _("The e-mail address or the password is not right. Please check both.")


class EmailNotVerified(DomainError):
    code = "EMAIL_NOT_VERIFIED"
    status = 403
    message = _(
        "Please confirm your address first: we have sent you a mail with a link. If it did not "
        "come, ask for another one."
    )


class SecondFactorRequired(DomainError):
    """Bears the `mfa_token` that the second proof is brought with."""

    code = "MFA_REQUIRED"
    status = 401
    message = _("One more step: enter the code of your authenticator app or a recovery code.")


class InvalidCode(DomainError):
    """The same for a code that never was one and for one that was used."""

    code = "INVALID_CODE"
    status = 400
    message = _("This code is not right, or was used already. Please enter the newest one.")


class SecondStepOver(InvalidToken):
    message = _(
        "This sign-in took too long, is done already or saw too many wrong codes. Please sign in "
        "again."
    )


class InvalidPasskey(DomainError):
    code = "INVALID_PASSKEY"
    status = 400
    message = _("This passkey could not be used here. Please try again, or choose another way.")


class NoTotpSetup(Conflict):
    message = _("There is nothing to confirm. Please start setting up the app again.")


class TotpThere(Conflict):
    message = _("An authenticator app is set up already. Remove it first to set up another one.")


class NoSecondFactor(Conflict):
    message = _("Set up an authenticator app or a passkey first.")


class TooManyPasskeys(Conflict):
    message = _("You have as many passkeys as one can have. Remove one that you no longer use.")


class SecondFactorMissing(DomainError):
    code = "SECOND_FACTOR_SETUP_REQUIRED"
    status = 403
    message = _("Before anything else, please set up a second factor: staff must have one.")


class LastSuperadmin(Conflict):
    code = "LAST_SUPERADMIN"
    message = _("This is the last superadmin. Make somebody else a superadmin first.")


class EmailTaken(Conflict):
    code = "EMAIL_TAKEN"
    message = _("Somebody uses this address already.")


class CodeUsedUp(Throttled):
    message = _("That were too many wrong codes. Please ask for a new one.")


class TooManyCodes(Throttled):
    """Of whichever cap: whoever pumps texts need not know which one held."""

    message = _(
        "Several codes were asked for just now. Please enter the newest one, or wait a little "
        "before you ask again."
    )


class CountryNotServed(Invalid):
    message = _("We send no text messages to this country. Please use another way.")


class TextsAway(Unavailable):
    message = _(
        "Text messages cannot be sent at the moment. Please try again in a minute, or choose "
        "another way."
    )


class PhoneTaken(Conflict):
    """Told only to whoever has shown a code that went to the phone."""

    code = "PHONE_TAKEN"
    message = _("This phone is proven for another account. Remove it there first.")


class TrainerFull(Conflict):
    code = "TRAINER_FULL"
    message = _("This trainer has as many students as one can look after. Choose another one.")


class NoTrainerForTrack(Conflict):
    code = "NO_TRAINER_FOR_TRACK"
    message = _("No trainer teaches this student's track. Choose a trainer by hand.")


class SocialError(DomainError):
    """About a sign-in with `provider`, whose name its message says."""

    def __init__(self, provider: str, **details: Any) -> None:
        super().__init__(format_lazy(self.message, provider=provider), **details)
        self.provider = provider


class ProviderNotConfigured(SocialError):
    code = "PROVIDER_NOT_CONFIGURED"
    status = 503
    message = _("Signing in with {provider} is not set up here. Please choose another way.")


class ProviderAway(SocialError):
    code = "PROVIDER_UNAVAILABLE"
    status = 503
    message = _(
        "{provider} does not answer at the moment. Nothing was lost: please try again in a minute, "
        "or choose another way."
    )


class NotConfirmed(SocialError):
    """A code, a token or an answer that proves nothing to us."""

    code = "INVALID_TOKEN"
    status = 401
    message = _("{provider} did not confirm who you are. Please start again.")


class SocialSignInLost(SocialError):
    """The answer belongs to no question that this browser asked, or was given before."""

    code = "SIGN_IN_LOST"
    status = 401
    message = _(
        "This sign-in with {provider} took too long, or was used already. Please start again."
    )


class NoProvenAddress(SocialError):
    """The same whether or not somebody here has such an address."""

    code = "EMAIL_NOT_VERIFIED"
    status = 403
    message = _(
        "{provider} told us no address that it has verified. Verify it there and try again, or "
        "sign in another way and connect {provider} under Security."
    )


class ConnectFirst(SocialError):
    """Told only to whoever has shown that the address is theirs."""

    code = "CONNECT_FIRST"
    status = 409
    message = _(
        "There is an account with your address, and nobody has confirmed yet that it is yours. "
        "Sign in to it another way, or set a new password by mail; then connect {provider} under "
        "Security."
    )


class SocialAccountTaken(SocialError):
    code = "CONNECTED_ELSEWHERE"
    status = 409
    message = _(
        "This {provider} account opens somebody else's account here. Disconnect it there first."
    )


class AccountClosed(DomainError):
    code = "ACCOUNT_CLOSED"
    status = 403
    message = _("This account is closed. Please write to whoever runs this platform.")


class ProveAddressFirst(DomainError):
    """Else whoever opened an account with somebody else's address would keep a way into it."""

    code = "EMAIL_NOT_VERIFIED"
    status = 403
    message = _("Please confirm your e-mail address first. Then you can connect other accounts.")


class LastWayIn(Conflict):
    code = "LAST_WAY_IN"
    message = _(
        "This is your only way in. Set a password, add a passkey or connect another account first."
    )


class TermsNotAccepted(Invalid):
    message = _("Please accept the terms and the privacy notice.")


class LinkOver(Gone):
    """Of a mailed link, which is told to whoever has it and to nobody else."""

    message = _("This link is no longer good. Please ask for a new one.")


class RegistrationClosed(DomainError):
    code = "REGISTRATION_CLOSED"
    status = 403
    message = _("Accounts are made by invitation here. Please ask the people who run this place.")


class InvitationOver(Gone):
    message = _(
        "This invitation was used or withdrawn, or is too old. Please ask for a new one, or sign "
        "in if you have an account already."
    )
