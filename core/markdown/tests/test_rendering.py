"""What one may write, and what becomes of it."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from core.markdown import LONGEST, render_markdown
from core.markdown.outline import MOST_ADDRESSES
from core.markdown.tests.attacks import Shown


def shown(text: str, **manner) -> Shown:
    found = Shown(render_markdown(text, **manner))
    assert not found.faults
    return found


def headings(text: str, **manner) -> list[str]:
    return [tag for tag, _ in shown(text, **manner).elements if tag[0] == "h" and tag[1:].isdigit()]


def links(text: str, **manner) -> list[str]:
    return [link.get("href", "") for link in shown(text, **manner).named("a")]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *b* **c** ~~d~~ `e`", "a <em>b</em> <strong>c</strong> <del>d</del> <code>e</code>"),
        ("a  \nb", "a<br>\nb"),
        ("a\nb", "a\nb"),
        ("5 < 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"),
        ("&copy; &amp;", "© &amp;"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
    ],
)
def test_words(text, html):
    assert render_markdown(text) == f'<p dir="auto">{html}</p>\n'


def test_headings_begin_below_those_of_the_page():
    text = "# a\n## b\n### c\n## d\n# e"
    assert headings(text) == ["h2", "h3", "h4", "h3", "h2"]
    assert headings(text, headings_from=4) == ["h4", "h5", "h6", "h5", "h4"]


def test_headings_skip_no_level_whatever_their_author_did():
    assert headings("### a\n###### b\n# c\n#### d\n## e") == ["h2", "h3", "h2", "h3", "h3"]


def test_headings_go_no_deeper_than_html_does():
    assert headings("# a\n## b\n### c\n#### d", headings_from=5) == ["h5", "h6", "h6", "h6"]


def test_headings_have_names_only_where_the_page_wants_them():
    text = "# Load *it*\n\n# Load it\n\n# ???\n\n[up](#load-it)"
    assert [each.get("id") for each in shown(text).named("h2")] == [None] * 3
    named = shown(text, anchors="part").named("h2")
    assert [each["id"] for each in named] == ["part-load-it", "part-load-it-2", "part-part"]
    assert links(text) == ["#load-it"]
    assert links(text, anchors="part") == ["#part-load-it"]


def test_names_of_headings_keep_the_letters_of_their_language():
    assert shown("# नमस्ते दुनिया", anchors="part").named("h2")[0]["id"].startswith("part-न")


def test_a_task_list_is_for_eyes_and_screen_readers():
    boxes = shown("- [ ] write\n- [x] read\n- neither").named("input")
    assert [(box["aria-label"], "checked" in box) for box in boxes] == [
        ("To do", False),
        ("Done", True),
    ]


def test_a_table_scrolls_by_keys_and_is_aligned_by_class():
    found = shown("|a|b|c|\n|-|:-:|-:|\n|1|2|3|")
    assert found.named("div") == [
        {
            "class": "prose-table",
            "role": "group",
            "aria-label": "Table",
            "tabindex": "0",
            "dir": "auto",
        }
    ]
    assert [cell.get("class") for cell in found.named("td")] == [None, "align-center", "align-end"]
    assert all(cell["scope"] == "col" for cell in found.named("th"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://a.example/b.", "https://a.example/b"),
        ("(https://a.example/b(c))", "https://a.example/b(c)"),
        ("[see https://a.example/b]", "https://a.example/b"),
        ("**https://a.example/b**", "https://a.example/b"),
        ("HTTPS://a.example/b", "HTTPS://a.example/b"),
        ("https://a.example/b_c_d*e?f=g&h=i#j", "https://a.example/b_c_d*e?f=g&h=i#j"),
        (
            "https://a.example/नमस्ते",
            "https://a.example/%E0%A4%A8%E0%A4%AE%E0%A4%B8%E0%A5%8D%E0%A4%A4%E0%A5%87",
        ),
        ("http://localhost:8000/", "http://localhost:8000/"),
        ("<https://a.example>", "https://a.example"),
        ("<me@a.example>", "mailto:me@a.example"),
        ("[b](https://a.example 'c')", "https://a.example"),
        ("[b](/tracks/)", "/tracks/"),
        ("[b](/)", "/"),
        ("[b](#c)", "#c"),
        ("[b]\n\n[b]: mailto:me@a.example", "mailto:me@a.example"),
    ],
)
def test_addresses_lead_somewhere(text, address):
    assert links(text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "ftp://a.example",
        "www.a.example",
        "xhttps://a.example",
        "https://",
        "https:// a",
        "`https://a.example`",
        "https\\://a.example",
        "[b](c.html)",
        "[b](?c)",
        "[b]()",
    ],
)
def test_what_is_no_address_stays_text(text):
    assert [link for link in links(text) if link] == []


def test_a_picture_of_ours_is_shown_and_one_of_others_is_a_link():
    found = shown("![*a* plan](/media/a.png) ![b](/api/files/1/?x=1) ![c](https://x.example/c.png)")
    assert found.named("img") == [
        {"src": "/media/a.png", "alt": "a plan", "loading": "lazy"},
        {"src": "/api/files/1/?x=1", "alt": "b", "loading": "lazy"},
    ]
    assert [link["href"] for link in found.named("a")] == ["https://x.example/c.png"]
    assert found.text.strip().endswith("c")


def test_a_picture_keeps_its_place_by_the_size_in_its_address():
    sized, plain = shown("![a](/api/files/1/?w=640&h=480) ![b](/api/files/1/?h=1&w=2)").named("img")
    assert (sized["width"], sized["height"]) == ("640", "480")
    assert "width" not in plain


def test_a_picture_without_words_is_a_link_that_says_where_it_leads():
    assert "https://x.example/c.png" in shown("![](https://x.example/c.png)").text


def test_code_is_the_component_with_its_language_and_its_button():
    html = render_markdown("```py\nprint('<b>')\n```\n\n    plain\n\n~~~\n~~~")
    found = shown("```py\nprint('<b>')\n```")
    assert html.count('<figure class="code">') == 3
    assert '<span class="code-title">Python</span>' in html
    assert '<span class="code-string">&#x27;&lt;b&gt;&#x27;</span>' in html
    assert "print('<b>')" in found.text
    assert found.named("copy-text")


def test_a_language_that_nobody_knows_is_plain():
    html = render_markdown("```klingon\nqapla 1\n```")
    assert '<span class="code-title">klingon</span>' in html
    assert "<code>qapla 1</code>" in html


def test_code_stands_where_it_was_written():
    text = "- a\n\n  ```\n  one\n  ```\n\n> ```\n> two\n> ```\n\n```\nthree\n```"
    said = shown(text).text
    assert said.index("one") < said.index("two") < said.index("three")


def test_of_very_much_code_the_rest_is_plain():
    block = f"```py\n{'if 1: pass  # so' + chr(10)}{'x = 1' + chr(10)}```\n"
    long = "```py\n" + "if a: pass\n" * 800 + "```\n"
    html = render_markdown(block + long * 6 + block)
    assert html.index("code-word") < html.rindex("code-word") < html.rindex("# so")
    assert "code-comment" in html
    assert "code-comment" not in html[html.rindex("<figure") :]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("$x^2$ is 5", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"so $\frac{1}{2}$.", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("**$x < y$**", "<mo>&lt;</mo>"),
        ("- $\\alpha$", "<mi>\u03b1</mi>"),
        ("|a|\n|-|\n|$x_1$|", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("[at $x$](/y)", "<mi>x</mi>"),
        (r"$\text{rows of } \mathbf{AB}$", "<mi>\U0001d400</mi><mi>\U0001d401</mi>"),
        (r"costs \$5, $n$ times", "<mi>n</mi>"),
        ("Then $$\\sum_{i=1}^n x_i$$ holds", '<math display="block"'),
        ("Then\n$$\n+ x\n= y\n$$\nholds", "<mo>+</mo><mi>x</mi><mo>=</mo><mi>y</mi>"),
        ("> $$\n> a \\\\\n> b\n> $$", '<math display="block"'),
    ],
)
def test_a_formula_is_drawn(text, drawn):
    assert drawn in render_markdown(text)
    assert not shown(text).named("code")


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "it costs $5, or $10 for two",
        "between US$5 and US$10",
        "5$ here and 10$ there",
        "$HOME/$USER",
        "`$a$` and `$b$`",
        "    $a$",
        r"\$a\$",
        "$ a $",
        "$$",
        "$$ $$",
        "$a\n\nb$",
        "$$a\n\nb$$",
        "costs $5 `a$`",
    ],
)
def test_money_and_code_are_no_formulas(text):
    found = shown(text)
    assert not found.named("math")
    assert found.text.replace("Copy", "").count("$") == text.count("$")


@pytest.mark.parametrize(
    "source",
    [
        *(r"\frac{1}", "x_", "x^1^2", r"\left(", "{", "a}b{", r"\unknown{x}", r"\begin{matrix}a"),
        *(r"\cancel{x}", r"\href{/x}{y}", r"\def\a{b}\a", r"\sqrt", r"\right)"),
        "{" * 60 + "x" + "}" * 60,
    ],
)
def test_a_formula_that_cannot_be_drawn_shows_its_source_and_says_so(source):
    found = shown(f"so ${source}$ is")
    assert not found.named("math")
    assert f"${source}$ This formula cannot be shown. is" in found.text


def test_a_formula_carries_its_source_for_screen_readers_and_for_copying():
    html = render_markdown("$a<b$")
    assert 'alttext="a&lt;b"' in html
    assert '<annotation encoding="application/x-tex">a&lt;b</annotation>' in html


def test_what_is_wider_than_a_phone_scrolls_by_keys():
    frames = shown("$x$ and $a+b+c+d+e+f+g+h+i+j+k$ and $$x$$\n\n$$y$$").elements
    assert [(tag, each["class"]) for tag, each in frames if "tabindex" in each] == [
        ("span", "maths-wide"),
        ("span", "maths"),
        ("div", "maths"),
    ]


def test_of_very_many_formulas_the_rest_is_shown_as_it_was_written():
    found = shown("$a$ " * 1_000)
    assert 400 < len(found.named("math")) < 600
    assert len(found.named("math")) + found.text.count("$a$") == 1_000


def test_only_outermost_blocks_choose_a_direction():
    """A list's marks stand on the side where its lines begin, which its items must not hide."""
    found = shown("- a\n\n  b\n\n> c\n\n# d\n\n|e|\n|-|")
    assert [tag for tag, each in found.elements if "dir" in each] == [
        *("ul", "blockquote", "h2", "div"),
    ]


def test_labels_are_in_the_language_of_the_reader(monkeypatch):
    monkeypatch.setattr("core.markdown.rendering.gettext", lambda text: f"{text}, said")
    with override("hi"):
        assert shown("- [x] a").named("input")[0]["aria-label"] == "Done, said"
    monkeypatch.undo()
    with override("en"):
        assert shown("- [x] a").named("input")[0]["aria-label"] == "Done"


def test_a_text_that_is_too_long_is_shown_as_it_was_written():
    text = "*a* <b>\n" * (LONGEST // 8 + 1)
    found = shown(text)
    assert [tag for tag, _ in found.elements] == ["p"]
    assert found.text.strip() == text.strip()


@pytest.mark.parametrize("text", ["> " * 30 + "deep", "- " * 30 + "deep", "> - " * 15 + "deep"])
def test_what_is_nested_too_deep_is_not_swallowed(text):
    assert "deep" in shown(text).text


def test_a_long_address_that_is_referred_to_often_does_not_swell_the_page():
    text = f"[a]: /{'x' * 1_900} '{'y' * 1_000}'\n\n" + "[a] " * 10_000
    assert len(render_markdown(text)) < len(text) + MOST_ADDRESSES
    assert "<a " in render_markdown(text[:3_000])


def test_nothing_is_nothing():
    assert render_markdown("") == ""


def test_the_filter_takes_a_level():
    source = "{% load markdown %}{{ text|markdown }}{{ text|markdown:4 }}"
    html = Template(source).render(Context({"text": "# a"}))
    assert html == '<h2 dir="auto">a</h2>\n<h4 dir="auto">a</h4>\n'


def test_what_was_rendered_is_not_rendered_again(monkeypatch):
    text = "once and *only* once"
    first = render_markdown(text)
    monkeypatch.setattr("core.markdown.rendering._parser", None)
    assert render_markdown(text) == first
    with pytest.raises(AttributeError):
        render_markdown(text, headings_from=3)
