"""The preview, and the widget that asks for it."""

import pytest
from django import forms

from core.markdown.tests.attacks import Shown
from core.markdown.views import LARGEST
from core.widgets import MarkdownInput

URL = "/markdown/preview/"


class CommentForm(forms.Form):
    text = forms.CharField(label="Comment", help_text="Be kind.", widget=MarkdownInput)


@pytest.fixture
def preview(client_of, student):
    client = client_of(student)
    return lambda text: client.post(URL, {"text": text})


def test_a_preview_is_a_part_of_a_page(preview):
    answer = preview("a *b*\n\n# c")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<em>b</em>" in html
    assert '<h3 dir="auto">c</h3>' in html
    assert "<html" not in html
    assert "no-store" in answer["Cache-Control"]


def test_it_is_as_safe_as_what_is_shown_later(preview):
    html = preview("<script>x</script>[y](javascript:z)").content.decode()
    assert not Shown(html).faults


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_written_is_said_so(preview, text):
    assert "There is nothing to see yet." in preview(text).content.decode()


def test_nothing_sent_is_nothing_written(client_of, student):
    assert client_of(student).post(URL).status_code == 200


def test_it_is_for_people_who_are_signed_in(client, db):
    answer = client.post(URL, {"text": "a"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_it_wants_a_form_of_ours(client_of, student):
    client = client_of(student)
    client.handler.enforce_csrf_checks = True
    assert client.post(URL, {"text": "a"}).status_code == 403


def test_it_takes_a_text_of_bounded_length(preview):
    assert preview("x" * LARGEST).status_code == 200
    assert preview("x" * (LARGEST + 1)).status_code == 413
    assert preview("न" * (LARGEST // 3 + 1)).status_code == 413


def test_a_picture_that_says_nothing_is_told(preview):
    hint = "Write what it shows between the brackets"
    assert hint in preview("![](/media/a.png)").content.decode()
    assert hint not in preview("![a plan](/media/a.png)").content.decode()


def test_it_has_a_rate_of_its_own(preview, settings):
    settings.THROTTLES = settings.THROTTLES | {"previews": {"account": "2/minute"}}
    assert [preview("a").status_code for _ in range(3)] == [200, 200, 429]


def test_it_asks_the_database_for_nothing_of_its_own(
    client_of, student, django_assert_max_num_queries
):
    client = client_of(student)
    with django_assert_max_num_queries(3):
        client.post(URL, {"text": "a"})


def test_the_field_is_described_by_its_help_its_errors_and_what_one_may_write():
    form = CommentForm({"text": ""}, prefix="a")
    form.is_valid()
    field = next(attributes for tag, attributes in elements(str(form["text"])) if tag == "textarea")
    assert field["aria-describedby"] == "id_a-text_helptext id_a-text_error id_a-text-markdown"
    assert field["aria-invalid"] == "true"


def test_what_was_written_stays_whatever_it_is():
    html = str(CommentForm({"text": "\n</textarea><script>x</script>"})["text"])
    found = Shown(html)
    assert "\n</textarea><script>x</script>" in found.text
    assert not [tag for tag, _ in found.elements if tag == "script"]


def test_two_fields_on_a_page_do_not_meet():
    html = str(CommentForm(prefix="a")["text"]) + str(CommentForm(prefix="b")["text"])
    ids = [attributes["id"] for _tag, attributes in elements(html) if "id" in attributes]
    assert len(ids) == len(set(ids)) == 12


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    return Shown(html).elements
