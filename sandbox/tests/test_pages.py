"""The pages and what guards them."""

import pytest

from sandbox.shield import PAGE_HEADERS
from sandbox.tests.conftest import mail, text_message

PAGES = ["/", "/inbox", "/calls", "/webhooks", "/faults", "/faults?service=sms", "/github/"]
HOSTILE = (
    "<html><head><meta http-equiv=refresh content='0;url=http://h.test'>"
    "<base href='http://h.test'></head><body onload=alert(1)><script>alert(1)</script>"
    "<img src=http://h.test/pixel.png><form action=http://h.test><button>x</button></form>"
)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_shows_with_nothing_and_with_something(browse, gateway, send, path):
    empty = browse.get(path)
    send(mail())
    gateway.post("/messages", json=text_message(status_callback="http://127.0.0.1:9/x"))
    full = browse.get(path)
    for answer in (empty, full):
        assert answer.status_code == 200
        assert "Nothing here leaves this machine." in answer.text


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/inbox/99", "/_sandbox/health"])
def test_each_answer_bears_the_strict_policy(browse, path):
    headers = browse.get(path).headers
    for name, value in PAGE_HEADERS.items():
        assert headers[name] == value


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_script_or_style_of_its_own(browse, send, path):
    send(mail())
    page = browse.get(path).text
    assert page.count("<script") == page.count('<script type="module" src="/static/live.js">')
    for inline in ("<style", " style=", " onclick=", " onload=", "javascript:"):
        assert inline not in page


def test_a_hostile_mail_is_shown_only_within_its_sandbox(sandbox_server, browse, send):
    send(mail(html=HOSTILE, subject="<script>alert(1)</script>"))
    number = sandbox_server.messages()[0]["id"]
    page = browse.get(f"/inbox/{number}").text
    assert "<script>alert(1)" not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    policy = browse.get(f"/inbox/{number}/html").headers["content-security-policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert "allow-scripts" not in directives["sandbox"]
    assert "allow-same-origin" not in directives["sandbox"]
    assert directives["default-src"] == "'none'"
    assert directives["img-src"] == "data:"
    assert directives["form-action"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert directives["frame-ancestors"] == "'self'"
    assert "script-src" not in directives


WRITES = [
    ("POST", "/inbox/empty"),
    ("POST", "/calls/clear"),
    ("POST", "/faults/clear"),
    ("POST", "/faults/play"),
    ("POST", "/_sandbox/reset"),
    ("DELETE", "/_sandbox/calls"),
    ("DELETE", "/_sandbox/messages"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        # The platform itself, on another port of the same name, is another site too.
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
    ],
)
def test_no_other_site_changes_anything(sandbox_server, browse, send, method, path, headers):
    send(mail())
    assert browse.request(method, path, headers=headers).status_code == 403
    assert len(sandbox_server.mails()) == 1
    assert len(sandbox_server.calls()) == 1


def test_the_pages_own_forms_go_through(sandbox_server, browse, send):
    send(mail())
    send(mail())
    browse.post("/calls/clear", headers={"Sec-Fetch-Site": "same-origin"})
    assert sandbox_server.calls() == []
    browse.post("/inbox/empty", headers={"Origin": sandbox_server.url})
    assert sandbox_server.mails() == []


def test_a_write_is_never_a_get(browse):
    for method, path in WRITES:
        if method == "POST":
            assert browse.get(path).status_code in (404, 405)


def test_a_name_of_elsewhere_that_points_here_is_turned_away(browse):
    for path in ("/inbox", "/sms/messages", "/_sandbox/mails", "/static/live.js"):
        assert browse.get(path, headers={"Host": "evil.test"}).status_code == 400
        assert browse.get(path, headers={"Host": "127.0.0.1.evil.test:80"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/inbox/99999999999999999999999", 404),
        ("/calls?before=99999999999999999999999", 400),
        ("/_sandbox/mails?wait=soon", 400),
        ("/_sandbox/webhooks/1", 404),
        ("/webhooks/1", 404),
        ("/calls/1", 404),
    ],
)
def test_an_address_that_makes_no_sense_gets_a_plain_answer(browse, path, status):
    assert browse.get(path).status_code == status


def test_the_pulse_waits_for_the_next_thing_that_happens(browse, send):
    seen = browse.get("/_sandbox/pulse").json()["changes"]
    send(mail())
    now = browse.get("/_sandbox/pulse", params={"since": seen, "wait": 20}).json()["changes"]
    assert now > seen


def test_health_names_the_services_and_the_mail_port(sandbox_server, browse):
    health = browse.get("/_sandbox/health").json()
    assert health["status"] == "healthy"
    assert health["smtp_port"] == sandbox_server.smtp_port
    names = [service["name"] for service in health["services"]]
    assert names == ["smtp", "sms", "google", "github", "apple", "gemini"]
