"""The one door to URLs that users give: public addresses only, and within limits.

What the door checks is the address it then connects to. A name is resolved once for each
connection, every address it has must be public, and the connection is made to one of those very
addresses, so that a name which answers differently the second time gains nothing. Host header,
SNI and certificate are still those of the name. Redirects are followed here, hop by hop, through
the same door. Proxies named in the environment are not used: they would do the resolving.
"""

from core.outbound.addresses import check_url
from core.outbound.errors import (
    OutboundError,
    RefusedUrlError,
    TooMuchError,
    TooSlowError,
    UnreachableError,
    WrongContentError,
)
from core.outbound.network import Internet
from core.outbound.visits import Fetched, Limits, fetch, post

__all__ = [
    "Fetched",
    "Internet",
    "Limits",
    "OutboundError",
    "RefusedUrlError",
    "TooMuchError",
    "TooSlowError",
    "UnreachableError",
    "WrongContentError",
    "check_url",
    "fetch",
    "post",
]
