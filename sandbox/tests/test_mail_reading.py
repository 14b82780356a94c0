"""Reading mails that are broken or mean harm."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.mail import read_mail, safe_html

PIXEL = b"\x89PNG\r\n\x1a\n pixel"


def test_an_encoded_header_cannot_bring_a_line_break_or_turn_the_text_around():
    raw = (
        b"Subject: =?utf-8?q?Hi=0D=0ABcc:_all=40h.test?=\r\n"
        b"From: =?utf-8?b?4oCuZ25pcnRz?= <a@h.test>\r\n\r\nx"
    )
    mail = read_mail(raw)
    assert mail.subject == "Hi Bcc: all@h.test"
    assert mail.sender == "gnirts <a@h.test>"


def test_headers_in_plain_utf_8_are_read():
    assert read_mail("Subject: Grüße, नमस्ते\r\n\r\nx".encode()).subject == "Grüße, नमस्ते"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?x-none?b?////?=\r\nContent-Type: text/html; charset=no-such\r\n\r\n<p>\xff",
        b"Content-Type: text/plain; charset=\xff\xfe\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n\r\n--",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%fe; filename*0*=x\r\n\r\nx",
        b"Subject: =?utf-8?b?\r\n =?utf-8?q?=FF=FE?=\r\n\r\nx",
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(raw):
    assert read_mail(raw).is_readable


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
            for level in range(3_000)
        ),
        b"Content-Type: multipart/mixed; boundary*=x; boundary*0*=y\r\n\r\n--x",
    ],
    ids=["nested-too-deep", "contradicting-itself"],
)
def test_mails_that_no_parser_survives_are_called_unreadable(raw):
    assert not read_mail(raw).is_readable


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_no_bytes_at_all_make_reading_fail(noise):
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nSubject: "
    safe_html(read_mail(noise))
    safe_html(read_mail(head + noise + b"\r\n\r\n--b\r\n" + noise + b"\r\n--b--"))


def test_the_name_of_an_attachment_holds_no_folder():
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(b"x", maintype="text", subtype="x", filename="../../etc/passwd")
    message.add_attachment(b"x", maintype="text", subtype="x", filename="C:\\temp\\a.txt")
    names = [part.name for part in read_mail(message.as_bytes()).attachments]
    assert names == ["passwd", "a.txt"]


def test_pictures_of_the_mail_itself_are_put_inside():
    message = EmailMessage()
    message.set_content("x")
    message.add_alternative('<img src="cid:logo"><img src="cid:other">', subtype="html")
    message.get_payload()[1].add_related(PIXEL, "image", "png", cid="<logo>")
    html = safe_html(read_mail(message.as_bytes()))
    assert 'src="data:image/png;base64,' in html
    assert 'src="cid:other"' in html


def test_nothing_stays_that_makes_a_browser_connect_ahead():
    raw = b"Content-Type: text/html\r\n\r\n<LINK rel=preconnect><li<linknk><iFrame><frame>"
    html = safe_html(read_mail(raw)).lower()
    for tag in ("<link", "<iframe", "<frame"):
        assert tag not in html
