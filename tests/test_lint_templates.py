"""Good and bad samples for our rules for templates."""

import pytest

from scripts.lint_templates import MESSAGES, lint_source, main, templates

PAGE = "templates/accounts/page.html"

BAD = [
    ("script", "<script>start()</script>"),
    ("script", '<script type="module">import "./x.js"</script>'),
    ("style", "<style>p { color: red }</style>"),
    ("style", '<p style="color: red"></p>'),
    ("style", '<p {% if wide %}style="width: 100%"{% endif %}></p>'),
    ("handler", '<button type="button" onclick="go()"></button>'),
    ("handler", '<a href="javascript:go()"></a>'),
    ("handler", '<form hx-on:submit="go()"></form>'),
    ("elsewhere", '<script src="https://cdn.example/x.js"></script>'),
    ("elsewhere", '<img src="//cdn.example/x.png" alt="">'),
    ("elsewhere", '<link rel="stylesheet" href="https://fonts.example/x.css">'),
    ("translate", "<p>Hello there</p>"),
    ("translate", "<p>{{ count }} students</p>"),
    ("translate", "<p>नमस्ते</p>"),
    ("translate", "{% if new %}Welcome{% endif %}"),
    ("translate", '<img src="{{ url }}" alt="A mountain">'),
    ("translate", '<nav aria-label="Main"></nav>'),
    ("translate", '<input placeholder="Your name">'),
    ("translate", '<input type="submit" value="Send">'),
    ("translate", '<meta name="description" content="Learn things">'),
    ("translate", '{% component "button" label="Save" / %}'),
    ("translate", "{% include 'x.html' with title='Welcome back' %}"),
    ("translate", "<code>x</code> is the one"),
    ("translate", '<input translate="no"> is the one'),
    (
        "translate",
        "<{% if href %}a{% else %}p{% endif %}>Read</{% if href %}a{% else %}p{% endif %}>",
    ),
    ("safe", "{{ note|safe }}"),
    ("safe", "{{ notes | safeseq | join:', ' }}"),
    ("safe", "{% autoescape off %}{{ note }}{% endautoescape %}"),
    ("safe", "{% component 'note' body=note|safe / %}"),
]

GOOD = [
    '<script type="module" src="{% static "js/app.js" %}"></script>',
    '<script type="application/json" id="data">{"name": "Data for a module"}</script>',
    '<link rel="stylesheet" href="{% static "css/app.css" %}">',
    '<a href="https://docs.example.org/">{% translate "Read more" %}</a>',
    "<p>{% translate 'Hello there' %}</p>",
    '{% blocktranslate %}Hello <a href="{{ url }}">{{ name }}, read</a> on{% endblocktranslate %}',
    '<p title="{% blocktranslate %}One{% plural %}{{ n }} many{% endblocktranslate %}"></p>',
    '{% component "button" label=_("Save") / %}',
    '{% component "icon" name="bell" title=label / %}',
    "{# A note for us #}{% comment %}Another note for us{% endcomment %}<!-- and one more -->",
    "<p>ApraNova · 99+ &rarr; {{ total }} / 5, 10:15 UTC</p>",
    "<kbd>Ctrl</kbd><code>make run</code>",
    '<p translate="no">Lorem ipsum <b>dolor</b></p>',
    "{% block body_class %}page-wide{% endblock %}",
    '<input type="hidden" value="some_value"><option value="fsd">{{ name }}</option>',
    '<meta name="viewport" content="width=device-width">',
]


@pytest.mark.parametrize(("rule", "source"), BAD)
def test_a_bad_sample_is_found(rule, source):
    assert {fault.rule for fault in lint_source(source, path=PAGE)} == {rule}


@pytest.mark.parametrize("source", GOOD)
def test_a_good_sample_passes(source):
    assert lint_source(source, path=PAGE) == []


def test_every_rule_has_a_bad_sample():
    assert {rule for rule, _ in BAD} | {"inputs"} == set(MESSAGES)


def test_a_component_opens_with_its_inputs():
    path = "templates/components/card.html"
    told = "{% comment %}\nA sheet.\n\ntitle: text\n{% endcomment %}\n<p>{{ title }}</p>"
    untold = "{% load i18n %}<p>{{ title }}</p>"
    assert lint_source(told, path=path) == []
    assert [fault.rule for fault in lint_source(untold, path=path)] == ["inputs"]
    assert lint_source(untold, path=PAGE) == []


def test_a_fault_names_its_line_and_what_to_do():
    source = (
        "{% comment %}\nFor us\n{% endcomment %}\n"
        "<p>{% blocktranslate %}\nA long\ntext\n{% endblocktranslate %}</p>\n"
        "<p>\n  {{ name }}\n  Here\n</p>"
    )
    [fault] = lint_source(source, path=PAGE)
    assert fault.line == 10
    assert str(fault).startswith(f"{PAGE}:10: translate: 'Here': mark it for translation")


def test_mails_have_their_style_within_and_their_plain_text_is_translated_too():
    styled = "<style>p { color: red }</style>"
    assert lint_source(styled, path="templates/mail/base.html") == []
    assert lint_source(styled, path=PAGE)
    plain = "{% autoescape off %}{% translate 'Hello' %} {{ name }}\nSee you{% endautoescape %}"
    assert [fault.line for fault in lint_source(plain, path="templates/mail/hello.txt")] == [2]


def test_samples_are_in_one_language_and_otherwise_like_any_template():
    source = '<p onclick="go()">Hello</p>'
    found = lint_source(source, path="templates/styleguide/samples/card.html")
    assert [fault.rule for fault in found] == ["handler"]


def test_all_templates_are_looked_at_and_a_fault_fails_the_check(tmp_path, capsys, monkeypatch):
    assert len(list(templates())) > 20
    monkeypatch.setattr("scripts.lint_templates.ROOT", tmp_path)
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text("<p>{% translate 'Fine' %}</p>")
    assert main([]) == 0
    page.write_text("<p>Hello</p>")
    assert main([]) == 1
    assert "templates/page.html:1: translate" in capsys.readouterr().out
