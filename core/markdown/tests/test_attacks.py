"""Nothing that anybody writes is more than text: not in our HTML, and not past the second net."""

import pytest
from latex2mathml import commands

from core.markdown import render_markdown
from core.markdown.cleaning import clean
from core.markdown.tests.attacks import ATTACKS, Shown


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_shown_and_does_nothing(name):
    text, words = ATTACKS[name]
    shown = Shown(render_markdown(text, anchors="part"))
    assert not shown.faults
    assert words in shown.text


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_does_nothing_within_other_things(name):
    text, _words = ATTACKS[name]
    line = " ".join(text.split())
    for around in ("> {}", "- [x] {}", "1. {}\n   - {}", "|a|\n|-|\n|{}|", "**{}**", "[{}](/x)"):
        assert not Shown(render_markdown(around.replace("{}", line), anchors="part")).faults


@pytest.mark.parametrize("name", ATTACKS)
def test_the_second_net_holds_alone(name):
    """As if the parser had let all of it through."""
    text, _words = ATTACKS[name]
    faults = Shown(clean(text.encode(errors="replace").decode())).faults
    assert not [fault for fault in faults if not fault.startswith("a name: ")]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/x" target="_blank" rel="opener">x</a>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="//evil.example">x</a>',
        '<img src="https://evil.example/pixel.gif" srcset="//evil.example 2x">',
        '<img src="/media/../accounts/logout/">',
        '<input type="text" name="password">',
        '<input type="checkbox">',
        '<td style="position:fixed">x</td>',
        '<p class="toast">x</p>',
        '<h2 id="main">x</h2>',
        '<div hx-get="/" data-form="x" is="job-progress">x</div>',
    ],
)
def test_the_second_net_takes_out_what_is_not_listed(html):
    assert not Shown(clean(html)).faults
    assert "toast" not in clean(html)


def test_a_code_block_is_the_only_thing_with_a_button():
    html = render_markdown("```\nx\n```\n\n<button>y</button>")
    assert len(Shown(html).named("button")) == 1


HOSTILE = (
    "{<img src=x onerror=alert(1)>}",
    '{"onclick="alert(1)}{"><script>}',
    "[<svg/onload=x>]{y}{z}",
    "{javascript:alert(1)}{x}",
    "{&#60;script&#62;}{&lt;img onerror=x&gt;}",
    '{url(//evil.example)}{9"onclick="x}',
    "{\\text{<iframe>}}^{\"}_{'}",
    "{\u202e\u200b\x00\ud800}{\uff1cscript\uff1e}",
)


def test_no_command_of_a_formula_leads_out_of_it():
    """Every one that the converter knows, with whatever it does not expect."""
    known = {
        name
        for group in vars(commands).values()
        for name in ((group,) if isinstance(group, str) else group if _holds_names(group) else ())
        if isinstance(name, str) and name.startswith("\\")
    }
    assert len(known) > 300
    for name in sorted(known):
        text = "\n\n".join(f"$${name}{each}$$ and ${name}{each}$" for each in HOSTILE)
        assert Shown(str(render_markdown(text))).faults == [], name


def _holds_names(group):
    return isinstance(group, tuple | list | set | dict)
