"""What is picked out of a message."""

import pytest

from sandbox.findings import find_codes, find_links, html_as_text


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Your code is 123456.", ["123456"]),
        ("123 456 is your code", ["123 456"]),
        ("Type this code:\n\n  BCDF-GHJK\n\nor ask us.", ["BCDF-GHJK"]),
        ("Your sign-in code: X7K2QP", ["X7K2QP"]),
        ("Your PIN: 4711", ["4711"]),
        ("Use it soon.\n482910\nBye", ["482910"]),
        ("Code 111111, or as a backup code 222222.", ["111111", "222222"]),
    ],
)
def test_one_time_codes_are_picked_out(text, codes):
    assert find_codes(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "© 2026 ApraNova",
        "Order 20261120 comes to 4,999.00",
        "http://127.0.0.1:8000/code/123456/?code=654321",
        "Mail code@123456.example or call +49 1234 567890 about the code",
        "Review 12 of 345 is done",
    ],
)
def test_what_is_no_code_is_left_alone(text):
    assert find_codes(text) == []


def test_links_come_with_their_words_and_each_once():
    links = find_links(
        "Confirm: http://h.test/verify/a:b/. Or (see http://h.test/help).",
        '<a href="http://h.test/verify/a:b/">Confirm <b>my address</b></a>'
        '<a href="http://h.test/?a=1&amp;b=2">More</a>',
    )
    assert [(link.url, link.label) for link in links] == [
        ("http://h.test/verify/a:b/", "Confirm my address"),
        ("http://h.test/?a=1&b=2", "More"),
        ("http://h.test/help", ""),
    ]


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "data:text/html,hi", "JAVASCRIPT://h.test/%0aalert(1)", "/a", ""],
)
def test_only_web_addresses_become_links(href):
    assert find_links("", f'<a href="{href}">Click</a>') == []


def test_the_text_of_html_leaves_out_what_is_not_seen():
    html = "<title>T</title><style>p{}</style><p>Hello<br>you</p><script>x</script><div>Bye</div>"
    assert html_as_text(html) == "Hello\nyou\nBye"


@pytest.mark.timeout(30)
def test_no_text_is_so_built_that_reading_it_takes_minutes():
    text = "code 1234 " * 400_000
    assert find_codes(text) == ["1234"]
    assert find_links(text, "<a <a <div" * 400_000) == []
