"""Forms from elsewhere: no page takes one, whoever's browser sends it."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import sign_in_browser
from tests.architecture.walking import every_address

# The API refuses by itself, and reports of browsers come without anybody's session.
APART = ("/api/", "/csp-report/")
# Apple sends browsers back by a form of its own; what it says is checked as any answer is.
FROM_ELSEWHERE = "apple_callback"
OBJECTS = ("7", "0b5f1f3e-6a0c-4a55-9a53-0f3d0a6a7c11", "1-x", "accounts")
REFUSED, MISSING, READ_ONLY = 403, 404, 405

pytestmark = pytest.mark.django_db


def pages() -> Iterator[str]:
    for each in every_address():
        if not each.shape.startswith(APART) and each.name != FROM_ELSEWHERE:
            yield from dict.fromkeys(each.shape.replace("{}", named) for named in OBJECTS)


def test_every_form_needs_the_pages_own_token(superadmin):
    browser = Client(enforce_csrf_checks=True)
    sign_in_browser(browser, superadmin)
    answers = {page: browser.post(page).status_code for page in pages()}
    took = {page for page, status in answers.items() if status not in {REFUSED, MISSING, READ_ONLY}}
    assert took == set()
    for name in ("account_login", "account_logout", "account_email", "profile", "admin:index"):
        assert answers[reverse(name)] == REFUSED
