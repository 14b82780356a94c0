"""Code in colours, and what stays plain."""

import pytest
from django.template import Context, Template
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from core.markdown.colouring import (
    LANGUAGES,
    LONGEST,
    LONGEST_LINE,
    MORE_NAMES,
    coloured,
    coloured_lines,
    language_name,
)
from core.markdown.tests.attacks import Shown
from core.tests.runaways import not_running_away

PIECES = [
    *"ab01 \n\t(){}[]<>\"'`$#@/\\*-+=:;.,|&%!?~^_",
    *("def ", "class ", "SELECT ", "'''", '"""', "/*", "*/", "//", "<!--", "<script>", "${", "{%"),
]
code = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@pytest.mark.parametrize("language", sorted(LANGUAGES | set(MORE_NAMES)))
def test_every_language_is_known(language):
    assert language_name(language) != language or language == "text"


@pytest.mark.parametrize(
    ("language", "name"),
    [("py", "Python"), ("SQL", "SQL"), ("ts", "TypeScript"), ("klingon", "klingon"), ("", "")],
)
def test_a_language_is_called_by_its_name(language, name):
    assert language_name(language) == name


@settings(max_examples=300)
@given(code, st.sampled_from(sorted(LANGUAGES)))
def test_colours_change_no_letter(text, language):
    assert Shown(coloured(text, language)).text == text
    assert not Shown(coloured(text, language)).faults


@settings(max_examples=200)
@given(code, st.sampled_from(sorted(LANGUAGES)))
def test_lines_are_the_same_code(text, language):
    lines = [Shown(line).text for line in coloured_lines(text, language)]
    assert lines == text.strip("\n").split("\n")


def test_what_goes_over_lines_is_coloured_in_each():
    lines = coloured_lines('"""one\ntwo"""', "python")
    assert lines == [
        '<span class="code-string">&quot;&quot;&quot;one</span>',
        '<span class="code-string">two&quot;&quot;&quot;</span>',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * (LONGEST // 6 + 1),
        "x" * (LONGEST_LINE + 1),
        "x = 1\n" + "\n" * 600,
    ],
)
def test_what_would_take_long_stays_plain(text):
    assert "<span" not in coloured(text, "python")
    assert strip_tags(coloured(text, "python")) == text


@pytest.mark.parametrize("piece", ["<a ", "(", '"', "/*", "a{b:", "$ ", "a<", "<<A\n"])
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_lexer_runs_away(language, piece):
    text = "\n".join([(piece * 80)[:80]] * (LONGEST // 81))
    with not_running_away():
        coloured(text, language)


def test_the_last_line_is_coloured_though_it_has_no_end():
    assert coloured("-a\n+b", "diff") == (
        '<span class="code-removed">-a</span>\n<span class="code-added">+b</span>'
    )


def test_code_that_is_called_safe_is_still_code():
    assert coloured(mark_safe("<b>"), "") == "&lt;b&gt;"


def test_the_component_shows_colours_by_line():
    source = '{% load components %}{% component "code" code=code language="py" numbered / %}'
    html = Template(source).render(Context({"code": "if a:\n    b = 1\n"}))
    assert html.count('class="code-line"') == 2
    assert '<span class="code-line"><span class="code-word">if</span> a:\n</span>' in html
    assert '<span class="code-title">Python</span>' in html
