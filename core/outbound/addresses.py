"""Which URLs and which addresses count as public."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import httpx
from django.conf import settings

from core.outbound.errors import RefusedUrlError

PORTS = frozenset({80, 443, 8080, 8443})
LONGEST_URL = 2000

_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\.?")
_ENDS_IN_NUMBER = re.compile(r"(^|\.)([0-9]+|0x[0-9a-f]*)\.?$")

# All of IPv4 is public but these; of IPv6 only 2000::/3 is, but these. Spelt out, because what
# Python calls global has changed between its own patch releases.
_NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host, on a public number
        "169.254.0.0/16",  # link-local, with most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_IPV6_UNICAST = IPv6Network("2000::/3")


def check_url(url: str) -> str:
    """The URL in its plain form. Looks nothing up: for forms, before a URL is stored."""
    return str(checked(parsed(url)))


def parsed(url: str) -> httpx.URL:
    if len(url) > LONGEST_URL or url != url.strip():
        raise RefusedUrlError
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise RefusedUrlError from None


def checked(url: httpx.URL) -> httpx.URL:
    """What can be told without the network. The host is checked in the form in which it is sent."""
    if url.scheme not in {"http", "https"} or url.userinfo:
        raise RefusedUrlError
    host, port = url.raw_host.decode("ascii"), port_of(url)
    if is_allowed_inside(host, port):
        return url
    if port not in PORTS or not (is_public(host) or _is_name(host)):
        raise RefusedUrlError
    return url


def is_public(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if parsed.version == 6 and (parsed not in _IPV6_UNICAST or parsed.scope_id):
        return False
    return not any(parsed in network for network in _NOT_PUBLIC)


def is_allowed_inside(host: str, port: int) -> bool:
    """The sandbox of the demo and what the operator lists, by name and port exactly."""
    origins = (httpx.URL(origin) for origin in settings.OUTBOUND_ALLOWED_ORIGINS)
    return any(origin.host == host and port_of(origin) == port for origin in origins)


def port_of(url: httpx.URL) -> int:
    if url.port is not None:
        return url.port
    return 443 if url.scheme == "https" else 80


def _is_name(host: str) -> bool:
    """A dotted name; a number in its last place would be read as an address by some resolvers."""
    return bool(_HOST.fullmatch(host)) and not _ENDS_IN_NUMBER.search(host)
