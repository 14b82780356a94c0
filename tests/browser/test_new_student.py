"""The first day of a new student, on a phone: from the front page to a second factor."""

import re
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from accounts.tests.authenticators import code_at
from core.clock import now
from core.mail.models import Mail
from tests.browser.axe import SOURCE, findings_here
from tests.browser.platform import LivePlatform

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
EMAIL, PASSWORD = "asha@example.org", "seven rivers of tea"
LINK = re.compile(r"Confirm the address: (\S+)")
IS_READ = "seconds => performance.now() > seconds * 1000"
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def browser_context_args(live_platform: LivePlatform) -> dict:
    return {"base_url": live_platform.url, "locale": "en-US", **PHONE}


@pytest.fixture
def phone(context: BrowserContext) -> Page:
    context.add_init_script(path=SOURCE)
    return context.new_page()


def look(page: Page, url: str | re.Pattern[str]) -> None:
    """One is there, nothing sticks out, and nobody is left out."""
    expect(page).to_have_url(url)
    assert page.evaluate(WIDTH) <= PHONE["viewport"]["width"]
    assert findings_here(page) == []


def tap(page: Page, role: str, name: str) -> None:
    page.get_by_role(role, name=name, exact=True).first.tap()


def join(page: Page, *, seconds: int) -> None:
    """Whoever is quicker than people is asked to send the form again."""
    page.get_by_label("Name").fill("Asha Rao")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Track").select_option("FSD")
    page.get_by_label("I accept").check()
    page.wait_for_function(IS_READ, arg=seconds)
    tap(page, "button", "Create account")


def link_in_mail() -> str:
    mail = Mail.objects.get(to=EMAIL, kind="accounts.verify")
    link = LINK.search(mail.text)
    assert link, mail.text
    return urlsplit(link[1]).path


def sign_in(page: Page) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    tap(page, "button", "Sign in")


def give_picture(page: Page) -> None:
    drawn = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(drawn, "JPEG")
    chosen = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}
    page.locator("input[type=file]").set_input_files(chosen)
    tap(page, "button", "Use this picture")


def set_up_app(page: Page) -> str:
    """The key, which an app on this phone would have taken by the link."""
    page.wait_for_load_state()  # With the drawing, which is gone once the app is set up.
    link = page.get_by_role("link", name="On this device").get_attribute("href") or ""
    secret = re.search(r"secret=(\w+)", link)
    assert secret, link
    page.get_by_label("Code").fill(code_at(now(), secret=secret[1]))
    tap(page, "button", "Switch it on")
    return secret[1]


def test_a_new_student_comes_in_and_makes_the_account_safe(phone: Page, settings):
    phone.goto("/")
    look(phone, "/")
    tap(phone, "link", "Create an account")
    look(phone, "/accounts/signup/")
    join(phone, seconds=settings.REGISTRATION_SECONDS)
    look(phone, "/accounts/confirm-email/")

    phone.goto(link_in_mail())
    look(phone, re.compile("/accounts/confirm-email/.+/"))
    tap(phone, "button", "Yes, confirm it")
    look(phone, "/dashboard/")
    expect(phone.get_by_role("heading", name="Hello, Asha")).to_be_visible()

    tap(phone, "button", "Your account")
    phone.locator("#user-menu").get_by_role("link", name="Profile").tap()
    look(phone, "/profile/")
    give_picture(phone)
    expect(phone.get_by_role("button", name="Remove picture")).to_be_visible()
    look(phone, "/profile/")

    tap(phone, "link", "Security")
    look(phone, "/security/")
    tap(phone, "link", "Set up")
    look(phone, "/accounts/2fa/totp/activate/")
    secret = set_up_app(phone)
    expect(phone.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    look(phone, re.compile("/accounts/2fa/"))
    tap(phone, "link", "I have kept them")
    look(phone, "/security/")

    tap(phone, "button", "Your account")
    phone.locator("#user-menu").get_by_role("button", name="Sign out").tap()
    look(phone, "/")
    tap(phone, "link", "Sign in")
    look(phone, "/accounts/login/")
    sign_in(phone)
    look(phone, "/accounts/2fa/authenticate/")
    # Each code is good once, so this one is taken ahead of its time.
    phone.get_by_label("Code").fill(code_at(now(), steps=1, secret=secret))
    tap(phone, "button", "Sign in")
    look(phone, "/dashboard/")

    asha = User.objects.get()
    assert (asha.email, asha.role, asha.track) == (EMAIL, "student", "FSD")
    assert asha.avatar
    assert asha.terms_acceptances.exists()
