"""Every page of the platform and whom it is for, so that no page is left out of a check.

Pages come from `docs/routes.txt`, which the tests hold complete, and from the styleguide's
catalogue. An address with an object in it needs a line in `OBJECTS`.
"""

from collections.abc import Iterator

from django.urls import reverse

from accounts.permissions import read_table
from core.mail.samples import mail_templates
from core.styleguide.catalogue import LAYOUTS
from core.styleguide.catalogue import pages as component_pages

# Answers for machines, the parts of other pages, and pages that need somebody with more than a role
# (`test_security_pages.py`).
NO_PAGES = (
    *("/api/", "/health", "/metrics", "/csp-report/", "/robots.txt"),
    *("/admin/jsi18n/", "/admin/search/"),
    *("/accounts/2fa/totp/drawing/", "/accounts/2fa/webauthn/keys/"),
    *("/accounts/3rdparty/{", "/security/api-keys/{"),
    # Of somebody's own (`test_learning_pages.py`).
    *("/tracks/{", "/projects/{", "/submissions/{"),
    # Parts of those (`test_github_card.py`).
    *("/github/projects/{", "/github/repositories/{", "/github/pull-requests/{"),
    # Of quizzes that have to be there (`test_quiz_pages.py`).
    *("/quizzes/{", "/attempts/{"),
    # Pages about work and people that have to be there (`test_teaching_pages.py`).
    *("/review/{", "/class/{", "/cohorts/{"),
    "/class/export/",
    # Questions that have to be there (`test_question_bank.py`).
    *("/questions/{", "/questions/imports/{", "/questions/export/file/"),
    # Quizzes that have to be there (`test_quiz_authoring.py`, `test_quiz_generating.py`).
    *("/quizzes/{", "/quizzes/generations/{"),
    # Where mails lead (`test_joining.py`).
    *("/accounts/confirm-email/{", "/accounts/invitation/{", "/accounts/unlock/{"),
)
LISTED_APART = ("/admin/", "/styleguide/")
OBJECTS = {"app": "accounts"}
NOWHERE = "/there-is-no-such-page/"
ADMIN = "admin"


def styleguide_pages() -> list[str]:
    return [
        reverse("styleguide"),
        *(reverse("styleguide-component", args=[name]) for name in component_pages()),
        *(reverse("styleguide-layout", args=[name]) for name in LAYOUTS),
        reverse("styleguide-mail"),
    ]


def mails() -> list[str]:
    """As they arrive: no pages of ours, and styled by themselves."""
    return [reverse("styleguide-mail-html", args=[name]) for name in mail_templates()]


def pages_of(role: str) -> list[str]:
    """Ours that answer this role."""
    return list(dict.fromkeys(_answering(role)))


def admin_pages_of(role: str) -> list[str]:
    lists = [
        f"/admin/{line.address.replace('.', '/')}/"
        for line in read_table()
        if line.method == ADMIN and "view" in line.answers[role].split(",")
    ]
    return ["/admin/", *lists] if lists else []


def _answering(role: str) -> Iterator[str]:
    for line in read_table():
        is_page = not line.address.startswith((*NO_PAGES, *LISTED_APART))
        if line.method == "GET" and line.answers[role] == "200" and is_page:
            yield line.address.format(**OBJECTS)
