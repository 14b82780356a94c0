"""What accounts puts into the registries of the floor below."""

from datetime import UTC, date, datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import cards, dashboards, demo, exports, own_data, permissions, places, policies
from accounts import notifications as told
from accounts.actions import audit
from accounts.entry.samples import samples
from accounts.phones.stats import text_message_metrics
from accounts.social import configured
from core.audit import audit_logs
from core.backoffice.cards import admin_cards
from core.files.purposes import EXPORT, file_purposes
from core.mail.samples import mail_samples
from core.notification_kinds import notification_kinds
from core.personal_data import personal_data
from core.reencryption import EncryptedMembers, encrypted_members
from core.registries import (
    DemoPart,
    api_scopes,
    dashboard_cards,
    demo_content,
    generated_docs,
    navigation,
    state_metrics,
    written_by_actions,
)
from core.security import csp_sources

audit_logs.register("accounts", audit)
written_by_actions.register("accounts", policies.WRITTEN_BY_ACTIONS)
demo_content.register("1 people", DemoPart(demo.make_people, demo.are_people_made))
admin_cards.register("1 people", cards.people_by_role)
admin_cards.register("2 active students", cards.active_students)
admin_cards.register("3 sign-ups", cards.sign_ups_by_day)
admin_cards.register("4 sign-ins", cards.sign_ins_by_day)
admin_cards.register("5 failed sign-ins", cards.failed_sign_ins_by_day)
admin_cards.register("9 closings", cards.closings_due_by_day)
generated_docs.register("permissions", permissions.permissions_part)
for name, card in dashboards.CARDS.items():
    dashboard_cards.register(f"accounts {name}", card)
for name, place in places.PLACES.items():
    navigation.register(f"accounts {name}", place)
api_scopes.register(
    "users:read", _("See who is here: profiles with addresses, phones, roles and tracks")
)
state_metrics.register("text messages", text_message_metrics)
encrypted_members.register(
    "second factors", EncryptedMembers("mfa.Authenticator", "data", ("secret", "seed"))
)
mail_samples.register(
    "accounts/second_factor",
    {
        "name": "Ishani",
        "what": "recovery_code_used",
        "at": datetime(2026, 11, 20, 10, 15, tzinfo=UTC),
        "device": "Firefox, Android",
        "left": 3,
        "link": f"{settings.FRONTEND_URL}/security/",
    },
)
mail_samples.register(
    "accounts/phone_proven",
    {"name": "Ishani", "end_of_phone": "10", "link": f"{settings.FRONTEND_URL}/security/phone/"},
)
mail_samples.register(
    "accounts/social_account",
    {
        "name": "Ishani",
        "what": "social_account_connected",
        "provider": "GitHub",
        "at": datetime(2026, 11, 20, 10, 15, tzinfo=UTC),
        "link": f"{settings.FRONTEND_URL}/accounts/3rdparty/",
    },
)
csp_sources.register("social sign-in", configured.csp_sources)
personal_data.register("1 accounts", own_data.PERSONAL_DATA)
file_purposes.register(EXPORT, exports.PURPOSE)
for code, kind in told.KINDS.items():
    notification_kinds.register(code, kind)
mail_samples.register(
    "accounts/export_ready",
    {
        "name": "Ishani",
        "until": "27 November 2026",
        "link": f"{settings.FRONTEND_URL}/profile/data/",
    },
)
mail_samples.register(
    "accounts/closing",
    {
        "name": "Ishani",
        "due_on": date(2026, 12, 4),
        "link": f"{settings.FRONTEND_URL}/accounts/login/",
    },
)
mail_samples.register("accounts/closing_called_off", {"name": "Ishani"})
mail_samples.register(
    "accounts/new_device",
    {
        "name": "Ishani",
        "at": datetime(2026, 11, 20, 10, 15, tzinfo=UTC),
        "device": "Firefox, Android",
        "link": f"{settings.FRONTEND_URL}/security/",
    },
)
for name, sample in samples().items():
    mail_samples.register(name, sample)
