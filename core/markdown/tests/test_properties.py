"""What holds for whatever anybody writes."""

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.markdown import render_markdown
from core.markdown.cleaning import clean
from core.markdown.tests.attacks import ATTACKS, Shown

PIECES = [
    *"*_~`[]()<>!#|-+>:&;\\\"'\n\t =/",
    *("\n\n", "    ", "- [ ] ", "1. ", "```", "~~~", "|a|b|\n|-|-|\n", "](", "![", "<!--", "-->"),
    *("https://", "javascript:", "data:", "&#106;", "&Tab;", "\x00", "\u202e", "\ud800", "\ufeff"),
    *("<script>", "</script>", "<svg onload=x>", " onclick=x ", 'class="code-place"', "[a]: /x\n"),
    *("<pre>", "</pre>", "<style>", "<math>", "<noscript>", "<a href='//x'>", "/media/../x", "नम"),
]
anything = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=60).map("".join),
    st.lists(
        st.sampled_from([text for text, _ in ATTACKS.values() if len(text) < 200]), max_size=4
    ).map(" ".join),
)
MATHS = [
    *("$", "$$", "$$\n", "\n$$", "\\frac", "\\sqrt[", "\\left(", "\\right)", "\\text{", "\\\\"),
    *("\\begin{matrix}", "\\end{matrix}", "\\begin{", "\\unknown", "\\def", "\\over", "\\not"),
    *("\\hspace{", "\\operatorname{", "\\limits", "\\sum", "\\color", "'", "^", "_", "{", "}", "&"),
    *("</math>", "<mtext>", "<mglyph>", "<style>", "&lt;", '"', " onclick=x ", "\\", " ", "x", "1"),
]
formulas = st.lists(st.one_of(st.sampled_from(MATHS), st.text(max_size=3)), max_size=40).map(
    lambda pieces: f"a ${''.join(pieces)}$ b"
)
words = st.text(alphabet="abcdefgh", min_size=2, max_size=8)
begins = st.sampled_from(["", "> ", "- ", "1. ", "# ", "#### ", "  - ", "> - ", "    ", "| "])
blocks = st.lists(st.tuples(begins, words, st.sampled_from(["\n", "\n\n"])), max_size=30)
often = settings(max_examples=400)


@often
@given(anything)
def test_nothing_but_listed_elements_comes_of_it(text):
    assert not Shown(render_markdown(text, anchors="part")).faults


@often
@given(anything)
def test_the_second_net_is_enough_and_is_done_after_one_go(text):
    once = clean(text.encode(errors="replace").decode())
    assert not [fault for fault in Shown(once).faults if not fault.startswith("a name: ")]
    assert clean(once) == once.removeprefix("\ufeff")


@often
@given(formulas)
def test_a_formula_is_drawn_or_shown_as_it_was_written(text):
    found = Shown(render_markdown(text, anchors="part"))
    assert not found.faults
    assert found.text.strip().startswith("a ")


@often
@given(blocks)
def test_no_word_is_lost(parts):
    text = "".join("".join(part) for part in parts)
    said = re.findall("[a-h]{2,}", Shown(render_markdown(text)).text.replace("Copy", ""))
    assert sorted(said) == sorted(word for _begin, word, _end in parts)


@often
@given(st.lists(st.integers(1, 6), min_size=1, max_size=12), st.integers(2, 4))
def test_headings_are_an_outline(levels, headings_from):
    html = render_markdown(
        "\n\n".join(f"{'#' * level} a" for level in levels), headings_from=headings_from
    )
    found = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert found[0] == headings_from
    assert all(after - before <= 1 for before, after in pairwise(found))
    assert min(found) >= headings_from
