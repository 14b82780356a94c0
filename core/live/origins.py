"""Which pages may open a socket: a browser sends cookies along, whosever page it shows."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def is_allowed(*, origin: str, host: str) -> bool:
    """The platform's own pages, by the host that was asked for, and those the operator lists.

    The port counts: another service on the same machine is another origin.
    """
    if origin in {settings.FRONTEND_URL.rstrip("/"), *settings.CORS_ORIGINS}:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    schemes = {"https"} if settings.HTTPS_ONLY else {"http", "https"}
    domain, _ = split_domain_port(parts.netloc)
    return (
        parts.scheme in schemes
        and parts.netloc.lower() == host.lower()
        and validate_host(domain, settings.ALLOWED_HOSTS)
    )
