"""Between two tests nothing goes on: what a page has asked for is over before the rows are gone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from playwright.sync_api import Page

from accounts.models import User
from tests.test_engines import wait_until_somebody_waits_for_a_row

LONG = 60


def test_a_request_whose_page_is_closed_is_waited_for(page_of, student, live_platform):
    page: Page = page_of(student)
    page.goto("/dashboard/")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=student.pk)
            page.evaluate("void fetch('/tests/oneself/')")
            wait_until_somebody_waits_for_a_row()
            page.context.close()
            rest = threads.submit(live_platform.come_to_rest)
            with pytest.raises(TimeoutError):
                rest.result(0.2)
        rest.result(LONG)
