"""The pages in a real browser: what a policy promises is what it does."""

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from sandbox.tests.conftest import mail, text_message

pytestmark = pytest.mark.browser


@pytest.fixture
def told(page: Page) -> list[str]:
    """What a browser complains of: a broken policy, a script that fails, a dialog."""
    told: list[str] = []
    page.on("console", lambda message: message.type == "error" and told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: (told.append("a dialog"), dialog.dismiss()))
    return told


@pytest.fixture
def something_of_all(gateway, sandbox_server, send):
    send(mail(text="Your code: 482910\nhttp://127.0.0.1:8000/verify/x/", html="<p>Your code"))
    send(mail(to=f"{'long-' * 20}address@demo.test", subject="x" * 200, text="y" * 500))
    gateway.post("/messages", json=text_message(status_callback="http://127.0.0.1:9/x"))
    sandbox_server.play("sms", "429", path="/messages*" * 8)
    github = sandbox_server.github
    github.make_repository("ivo@mail.test", "long-" * 19)
    github.open_pull_request(f"ivo/{'long-' * 19}", title="word " * 60)
    github.review(f"ivo/{'long-' * 19}", 1, "approved", "y" * 500)


@pytest.mark.parametrize("width", [360, 1440])
def test_each_page_fits_and_breaks_no_policy(
    sandbox_server, page: Page, told, something_of_all, width
):
    page.set_viewport_size({"width": width, "height": 800})
    number = sandbox_server.messages(kind="mail")[0]["id"]
    call = sandbox_server.calls()[0]["id"]
    webhook = sandbox_server.webhooks()[0]["id"]
    paths = ["/", "/inbox", "/calls", "/webhooks", "/faults?service=sms", f"/calls/{call}"]
    paths += ["/github/", "/github/ivo", f"/github/ivo/{'long-' * 19}"]
    paths += [f"/inbox/{number}?view={view}" for view in ("text", "headers", "source")]
    for path in [*paths, f"/webhooks/{webhook}", f"/inbox/{number - 1}"]:
        page.goto(sandbox_server.url + path)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, path
    assert told == []


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """A listener that nobody may come to, not even to connect ahead."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def test_a_hostile_mail_runs_nothing_fetches_nothing_and_goes_nowhere(
    sandbox_server, page: Page, told, send, elsewhere
):
    there = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/x"
    send(
        mail(
            subject="Harmless",
            html=f"<link rel=preconnect href={there}><link rel=stylesheet href={there}>"
            f"<base href={there}><meta http-equiv=refresh content='0;url={there}'>"
            f"<style>@import url({there}); body {{ background: url({there}) }}</style>"
            f"<body onload=alert(1)><script>parent.document.title = 'taken'; alert(2)</script>"
            f"<img src={there}><img src=x onerror=alert(3)><iframe src={there}></iframe>"
            f"<object data={there}></object><video src={there} autoplay></video>"
            f"<svg><script href={there}></script><use href='{there}#x'/></svg>"
            f"<p>All is well.</p>",
        )
    )
    number = sandbox_server.messages()[0]["id"]
    for path in (f"/inbox/{number}", f"/inbox/{number}/html"):
        page.goto(sandbox_server.url + path)
        shown = page.frames[1] if path.endswith(str(number)) else page.main_frame
        shown.wait_for_load_state()
        expect(shown.get_by_text("All is well.")).to_be_visible()
        assert shown.url == f"{sandbox_server.url}/inbox/{number}/html"
        assert page.title() != "taken"
    refusals = ("Security Policy", "sandboxed", "Unsafe attempt")
    assert [text for text in told if not any(refusal in text for refusal in refusals)] == []
    with pytest.raises(BlockingIOError):
        elsewhere.accept()


def test_a_link_of_a_mail_opens_in_a_tab_of_its_own(sandbox_server, page: Page, send):
    send(mail(html=f'<a href="{sandbox_server.url}/faults">Go on</a>'))
    page.goto(f"{sandbox_server.url}/inbox/{sandbox_server.messages()[0]['id']}")
    with page.expect_popup() as opened:
        page.frame_locator("iframe.paper").get_by_text("Go on").click()
    expect(opened.value.get_by_role("heading", name="Faults")).to_be_visible()
    assert opened.value.evaluate("window.opener") is None


def test_a_mail_shows_up_by_itself_and_its_code_is_copied_at_a_click(
    sandbox_server, page: Page, told, send
):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{sandbox_server.url}/inbox")
    expect(page.get_by_text("No messages yet")).to_be_visible()
    send(mail(subject="Welcome", text="Your code: 482 910"))
    page.get_by_role("link", name="Welcome").click()
    page.get_by_role("button", name="Copy code").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "482910"
    assert told == []


def test_the_inbox_works_without_script(sandbox_server, browser, send):
    send(mail(subject="Welcome", text="Your code: 482 910"))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{sandbox_server.url}/inbox")
    page.get_by_role("link", name="Welcome").click()
    expect(page.locator("output")).to_have_text("482 910")
    expect(page.get_by_role("button", name="Copy code")).to_be_hidden()
    page.get_by_text("Empty", exact=True).first.click()
    page.get_by_role("button", name="Empty").click()
    expect(page.get_by_text("No messages yet")).to_be_visible()
    context.close()


def test_a_students_way_at_github_is_walked_without_script(sandbox_server, browser):
    sandbox_server.github.make_repository("ivo@mail.test", "report")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{sandbox_server.url}/")
    page.locator("a[href='/github/']").click()
    page.get_by_role("link", name="ivo/report").click()
    page.get_by_label("Title").fill("My first chart")
    page.get_by_role("button", name="Open a pull request").click()
    pull = page.get_by_role("listitem").filter(has_text="My first chart").first
    expect(pull.get_by_text("open", exact=True)).to_be_visible()
    pull.get_by_role("button", name="Checks pass").click()
    pull.get_by_label("What they say").fill("Well done.")
    pull.get_by_role("button", name="Approve").click()
    expect(pull.get_by_text("checks: success")).to_be_visible()
    expect(pull.get_by_text("Well done.")).to_be_visible()
    pull.get_by_role("button", name="Merge").click()
    expect(pull.get_by_text("merged", exact=True)).to_be_visible()
    context.close()


def test_what_happens_at_github_shows_by_itself(sandbox_server, page: Page, told):
    sandbox_server.github.make_repository("ivo@mail.test", "report")
    page.goto(f"{sandbox_server.url}/github/ivo/report")
    sandbox_server.github.open_pull_request("ivo/report", title="From elsewhere")
    expect(page.get_by_role("heading", name="From elsewhere")).to_be_visible()
    assert told == []


def test_a_fault_is_played_and_cleared_by_a_browser(sandbox_server, page: Page, told):
    page.goto(f"{sandbox_server.url}/faults?service=sms")
    page.get_by_label("How often").select_option("Until cleared")
    page.get_by_role("button", name="500 Broken").click()
    expect(page.get_by_text("SMS gateway: 500 Broken")).to_be_visible()
    assert sandbox_server.faults()[0]["kind"] == "500"
    page.get_by_role("button", name="Clear 500 Broken").click()
    expect(page.get_by_text("every service works")).to_be_visible()
    assert told == []


def test_a_form_of_another_site_is_refused(sandbox_server, page: Page):
    target = f"{sandbox_server.url}/faults/play"
    page.set_content(
        f'<form method="post" action="{target}"><input name="service" value="sms">'
        '<button name="kind" value="500">Win a prize</button></form>'
    )
    page.get_by_role("button").click()
    expect(page.get_by_text("Another site may not change anything here.")).to_be_visible()
    assert sandbox_server.faults() == []
