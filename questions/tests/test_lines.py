"""Questions said in one line."""

import pytest

from questions.templatetags.bank import LONGEST, opening, plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Which prints `x - y`?", "Which prints x - y?"),
        ("- first\n- second", "first second"),
        ("## Look\n\n```python\nprint(1)\n```", "Look print(1)"),
        ("![a tree](/api/files/1/) and [a link](https://example.org)", "a tree and a link"),
        ("The command {{a}} **pulls**.", "The command … pulls."),
    ],
)
def test_markup_is_left_out(text: str, said: str) -> None:
    assert plain(text) == said


def test_an_opening_is_short_and_never_empty() -> None:
    assert opening("word " * 200) == "word " * 21 + "word…"
    assert opening("a " + "b" * LONGEST) == "a…"
    assert len(opening("b" * 200)) == LONGEST
    assert opening("![](/api/files/1/)") == "…"
