"""How many codes there may be: for a phone, a person, an address, a country, the platform.

What counts for a phone, a person and an address is every code that was asked for, so that a phone
that nobody owns hears the same. What counts for a country and the platform is what costs money: so
nobody can use those up by asking about phones that are nobody's.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import structlog
from django.conf import settings
from django.db import models
from prometheus_client import Counter

from accounts.errors import CountryNotServed, TooManyCodes
from accounts.models import PhoneCode

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
IPV6_NEIGHBOURHOOD = 64

REFUSED = Counter(
    "apranova_text_messages_refused", "Codes that were not sent, by the cap that held.", ["cap"]
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Cap:
    name: str
    rows: models.QuerySet[PhoneCode]
    limit: int
    window: timedelta

    def seconds_left(self, *, at: datetime) -> int:
        """0 where there is room, else until the oldest of those that count is out of the window."""
        if self.limit < 1:
            return ceil(self.window.total_seconds())
        counted = self.rows.filter(sent_at__gt=at - self.window).order_by("-sent_at")
        oldest = counted.values_list("sent_at", flat=True)[self.limit - 1 : self.limit].first()
        if oldest is None:
            return 0
        return max(1, ceil((oldest + self.window - at).total_seconds()))


def demand_country(country: str) -> None:
    served = settings.SMS_COUNTRIES
    if not country or (served and country not in served):
        _note("country_not_served", country)
        raise CountryNotServed


def demand_room(code: PhoneCode, *, at: datetime) -> None:
    """Raise `TooManyCodes` where `code` would be one too many."""
    for cap in _caps_of(code):
        seconds = cap.seconds_left(at=at)
        if seconds:
            _note(cap.name, code.country)
            raise TooManyCodes(retry_after=seconds)


def network_of(address: str | None) -> str | None:
    """Whoever has one IPv6 address has the whole network around it."""
    if address is None or "." in address:
        return address
    network = ipaddress.ip_network((address, IPV6_NEIGHBOURHOOD), strict=False)
    return str(network.network_address)


def _caps_of(code: PhoneCode) -> Iterator[Cap]:
    rows = PhoneCode.objects.all()
    minutes = timedelta(minutes=settings.SMS_PHONE_MINUTES)
    phone = rows.filter(phone=code.phone)
    yield Cap("phone", phone, settings.SMS_PHONE_CODES, minutes)
    yield Cap("phone", phone, settings.SMS_PHONE_DAY, DAY)
    if code.purpose == PhoneCode.Purpose.PROOF:
        account = rows.filter(user=code.user, purpose=code.purpose)
        yield Cap("account", account, settings.SMS_ACCOUNT_HOUR, HOUR)
        yield Cap("account", account, settings.SMS_ACCOUNT_DAY, DAY)
    if code.address is not None:
        address = rows.filter(address=code.address)
        yield Cap("address", address, settings.SMS_ADDRESS_HOUR, HOUR)
        yield Cap("address", address, settings.SMS_ADDRESS_DAY, DAY)
    country = rows.paid_for().filter(country=code.country)
    yield Cap("country", country, settings.SMS_COUNTRY_HOUR, HOUR)
    yield Cap("country", country, settings.SMS_COUNTRY_DAY, DAY)
    yield Cap("platform", rows.paid_for(), settings.SMS_PLATFORM_HOUR, HOUR)
    yield Cap("platform", rows.paid_for(), settings.SMS_PLATFORM_DAY, DAY)


def _note(cap: str, country: str) -> None:
    REFUSED.labels(cap).inc()
    logger.warning("a text message was refused", cap=cap, country=country)
