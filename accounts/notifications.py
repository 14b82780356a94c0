"""What accounts tells people of if they like: a sign-in from a device that is new."""

from django.utils.translation import gettext_lazy as _

from core.notification_kinds import Channel, NotificationKind

NEW_DEVICE = "accounts.new_device"

KINDS = {
    NEW_DEVICE: NotificationKind(
        title=_("Sign-in from a new device"),
        explanation=_("When your account is opened in a browser or an app for the first time."),
        channels=(Channel.EMAIL,),
    ),
}
