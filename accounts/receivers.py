"""What accounts does about its own events, when it need not happen at once."""

from django.conf import settings
from django.urls import reverse

from accounts.browsers import describe
from accounts.entry.mails import greeting
from accounts.events import UserSignedIn
from accounts.models import SignIn
from accounts.notifications import NEW_DEVICE
from core.events.receiving import Envelope, on
from core.mail.actions import queue_mail
from core.notification_kinds import Channel, wants


@on(UserSignedIn)
def tell_of_new_device(event: UserSignedIn, envelope: Envelope) -> None:
    """The first sign-in of all is none: whoever registers knows."""
    sign_in = SignIn.objects.select_related("user").filter(sid=event.sign_in).first()
    if sign_in is None or not wants(sign_in.user.notification_choices, NEW_DEVICE, Channel.EMAIL):
        return
    earlier = SignIn.objects.filter(
        user=sign_in.user, impersonator=None, created_at__lt=sign_in.created_at
    )
    device = describe(sign_in.user_agent)
    seen = {describe(each) for each in earlier.values_list("user_agent", flat=True).distinct()}
    if not seen or device in seen:
        return
    queue_mail(
        template="accounts/new_device",
        to=sign_in.user,
        context={
            "name": greeting(sign_in.user),
            "at": sign_in.created_at,
            "device": device,
            "link": f"{settings.FRONTEND_URL}{reverse('security')}",
        },
        key=f"accounts.new_device:{sign_in.sid}",
        at=envelope.at,
    )
