"""The mail server and its inbox."""

import smtplib
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.services.smtp import LARGEST_MAIL_BYTES
from sandbox.tests.conftest import mail

HTML = '<p>Hello</p><a href="http://127.0.0.1:8000/verify/x/">Confirm</a> or type 482910'


def test_a_mail_is_kept_with_its_parts_its_code_and_its_links(sandbox_server, send):
    send(mail(subject="Your code", text="Your code is 482910", html=HTML))
    (kept,) = sandbox_server.mails(to="student@demo.test")
    assert kept["from"] == "ApraNova <hello@apranova.test>"
    assert kept["to"] == ["student@demo.test"]
    assert kept["subject"] == "Your code"
    assert kept["text"].strip() == "Your code is 482910"
    assert kept["html"].strip() == HTML
    assert kept["codes"] == ["482910"]
    assert kept["links"] == ["http://127.0.0.1:8000/verify/x/"]
    assert ["Subject", "Your code"] in kept["headers"]


def test_mails_are_found_by_their_whole_recipient_hidden_ones_too(sandbox_server, send):
    message = mail(to="Student@Demo.test, b@demo.test")
    message["Bcc"] = "hidden@demo.test"
    send(message)
    send(mail(to="other-student@demo.test"))
    assert len(sandbox_server.mails(to="student@demo.test")) == 1
    assert len(sandbox_server.mails(to="HIDDEN@demo.test")) == 1
    assert sandbox_server.mails(to="dent@demo.test") == []
    assert len(sandbox_server.mails()) == 2


def test_asking_for_a_mail_waits_until_it_comes(sandbox_server, send):
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(sandbox_server.mails, to="late@demo.test", wait=20)
        send(mail(to="early@demo.test"))
        assert not found.done()
        send(mail(to="late@demo.test"))
        assert len(found.result(timeout=60)) == 1


def test_fifty_mails_at_once_are_all_kept(sandbox_server, send):
    addresses = [f"student{number}@demo.test" for number in range(50)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda address: send(mail(to=address)), addresses))
    kept = sandbox_server.messages(kind="mail")
    assert sorted(message["to"][0] for message in kept) == sorted(addresses)


def test_any_user_and_password_are_let_in_and_kept_nowhere(sandbox_server, send):
    with smtplib.SMTP("127.0.0.1", sandbox_server.smtp_port) as smtp:
        smtp.login("apranova", "very-secret-password")
        smtp.send_message(mail())
    assert len(sandbox_server.mails()) == 1
    stored = b"".join(path.read_bytes() for path in sandbox_server.data_dir.iterdir())
    assert b"very-secret-password" not in stored


def test_a_mail_that_is_too_large_is_refused_and_shown_as_a_call(sandbox_server, send_raw):
    line = b"x" * 900 + b"\r\n"
    with pytest.raises(smtplib.SMTPException) as refusal:
        send_raw(b"Subject: big\r\n\r\n" + line * (LARGEST_MAIL_BYTES // len(line) + 1))
    assert "552" in str(refusal.value)
    assert sandbox_server.mails() == []
    assert sandbox_server.calls(service="smtp")[0]["status"] == 552


def test_a_mail_just_below_the_limit_is_kept(sandbox_server, send_raw):
    line = b"x" * 900 + b"\r\n"
    send_raw(b"Subject: big\r\n\r\n" + line * (LARGEST_MAIL_BYTES // len(line) - 1))
    assert sandbox_server.messages()[0]["subject"] == "big"


def test_a_dot_in_the_text_smuggles_no_second_mail(sandbox_server):
    smuggled = b"MAIL FROM:<a@h.test>\r\nRCPT TO:<b@h.test>\r\nDATA\r\nSubject: two\r\n\r\nx"
    with smtplib.SMTP("127.0.0.1", sandbox_server.smtp_port) as smtp:
        smtp.ehlo()
        smtp.mail("a@h.test")
        smtp.rcpt("c@h.test")
        smtp.putcmd("DATA")
        smtp.getreply()
        smtp.send(b"Subject: one\r\n\r\nx\n.\n" + smuggled + b"\r\n.\r\n")
        assert smtp.getreply()[0] == 250
    assert [message["subject"] for message in sandbox_server.messages()] == ["one"]


def test_an_address_that_is_no_utf_8_does_no_harm(sandbox_server):
    with smtplib.SMTP("127.0.0.1", sandbox_server.smtp_port) as smtp:
        smtp.ehlo()
        smtp.send(b"MAIL FROM:<a@h.test>\r\n")
        smtp.getreply()
        smtp.send(b"RCPT TO:<\xff\xfe@h.test>\r\n")
        smtp.getreply()
        smtp.putcmd("DATA")
        smtp.getreply()
        smtp.send(b"Subject: odd\r\n\r\nx\r\n.\r\n")
        assert smtp.getreply()[0] == 250
    assert sandbox_server.messages()[0]["subject"] == "odd"


def test_the_inbox_page_searches_by_a_piece_of_the_recipient(browse, send):
    send(mail(to="student7@demo.test", subject="For seven"))
    send(mail(to="trainer@demo.test", subject="For the trainer"))
    page = browse.get("/inbox", params={"to": "DENT7"}).text
    assert "For seven" in page
    assert "For the trainer" not in page
    assert "Nothing found" in browse.get("/inbox", params={"to": "nobody"}).text


def test_each_view_of_a_mail_is_shown(sandbox_server, browse, send):
    send(mail(subject="A <b>bold</b> subject", text="The text part", html="<i>The HTML part</i>"))
    number = sandbox_server.messages()[0]["id"]
    views = {
        view: browse.get(f"/inbox/{number}", params={"view": view}).text
        for view in ("html", "text", "headers", "source")
    }
    assert f'src="/inbox/{number}/html"' in views["html"]
    assert "The text part" in views["text"]
    assert "Content-Type" in views["headers"]
    assert "&lt;i&gt;The HTML part&lt;/i&gt;" in views["source"]
    for page in views.values():
        assert "A &lt;b&gt;bold&lt;/b&gt; subject" in page
        assert "<i>The HTML part" not in page


def test_an_attachment_is_downloaded_and_never_shown(sandbox_server, browse, send_raw):
    send_raw(
        b"Content-Type: text/html\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''a%22%0D%0ASet-Cookie%3A%20b.html\r\n"
        b"\r\n<script>alert(1)</script>"
    )
    number = sandbox_server.messages()[0]["id"]
    answer = browse.get(f"/inbox/{number}/attachments/1")
    assert answer.content.strip() == b"<script>alert(1)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "set-cookie" not in answer.headers
    disposition = "attachment; filename*=utf-8''a%22%20Set-Cookie%3A%20b.html"
    assert answer.headers["content-disposition"] == disposition
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert browse.get(f"/inbox/{number}/attachments/2").status_code == 404
