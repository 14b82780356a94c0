"""What accounts puts into the registries of the floor below."""

from accounts import cards, dashboards, demo, permissions, places
from accounts.actions import audit
from core.audit import audit_logs
from core.backoffice.cards import admin_cards
from core.registries import (
    DemoPart,
    dashboard_cards,
    demo_content,
    generated_docs,
    navigation,
)

audit_logs.register("accounts", audit)
demo_content.register("1 people", DemoPart(demo.make_people, demo.are_people_made))
admin_cards.register("1 people", cards.people_by_role)
admin_cards.register("2 sign-ins", cards.sign_ins_by_day)
generated_docs.register("permissions", permissions.permissions_part)
for name, card in dashboards.CARDS.items():
    dashboard_cards.register(f"accounts {name}", card)
for name, place in places.PLACES.items():
    navigation.register(f"accounts {name}", place)
