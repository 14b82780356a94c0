"""Every mail can be looked at, and is one that every mail program can show."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.urls import reverse

from core.mail.rendering import render
from core.mail.samples import mail_samples, mail_templates

LANGUAGES = [code for code, _name in settings.LANGUAGES]
PARTLESS = {"meta", "br", "hr"}


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in PARTLESS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_mail_has_words_to_be_shown_with():
    assert [name for name, _ in mail_samples] == mail_templates()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", mail_templates())
class TestAMail:
    def test_says_what_it_is_about_in_both_parts(self, template, language):
        words = render(template, mail_samples[template], language=language)
        assert words.subject
        for link in re.findall(r'href="([^"]+)"', words.html):
            assert link.startswith(settings.FRONTEND_URL)
            assert link in words.text

    def test_loads_nothing_and_runs_nothing(self, template, language):
        html = render(template, mail_samples[template], language=language).html
        elements = Elements(html)
        assert elements.open == []
        assert {tag for tag, _ in elements.seen}.isdisjoint(
            {"script", "img", "link", "form", "iframe"}
        )
        assert not re.search(r"url\(|@import", html)
        assert len(html.encode()) < 100_000, "Gmail cuts what is longer"

    def test_says_its_tables_are_no_tables_but_those_that_are(self, template, language):
        html = render(template, mail_samples[template], language=language).html
        for table in re.findall(r"<table.*?</tr>", html, re.DOTALL):
            assert ('role="presentation"' in table) != ('scope="row"' in table)


def test_the_frame_knows_the_dark_and_the_direction_of_the_language():
    html = render(
        "styleguide/everything", mail_samples["styleguide/everything"], language="en"
    ).html
    assert "prefers-color-scheme: dark" in html
    assert '<html lang="en" dir="ltr">' in html


def test_the_styleguide_shows_all_mails_under_the_strict_policy(client_of, superadmin):
    page = client_of(superadmin).get(reverse("styleguide-mail"))
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    for template in mail_templates():
        assert reverse("styleguide-mail-html", args=[template]) in page.text


def test_the_html_of_a_mail_is_served_in_a_sandbox(client_of, superadmin):
    address = reverse("styleguide-mail-html", args=["styleguide/everything"])
    answer = client_of(superadmin).get(address)
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert {"sandbox", "default-src 'none'", "style-src 'unsafe-inline'"} <= policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.text.lstrip().startswith("<!doctype html>")


def test_there_are_no_other_mails(client_of, superadmin):
    address = reverse("styleguide-mail-html", args=["styleguide/nothing"])
    assert client_of(superadmin).get(address).status_code == 404


def test_mails_are_for_those_who_see_the_styleguide(client_of, student):
    for address in (
        reverse("styleguide-mail"),
        reverse("styleguide-mail-html", args=["styleguide/everything"]),
    ):
        assert client_of(student).get(address).status_code == 403
