"""Components: their declarations, and how loudly a wrong call fails."""

import pytest
from django.template import Context, Template, engines
from django.test import override_settings

from core.components import ComponentError, component, component_names


def rendered(source: str, **context: object) -> str:
    return Template("{% load components %}" + source).render(Context(context))


@pytest.mark.parametrize("name", component_names())
def test_every_component_declares_its_inputs_and_its_purpose(name):
    declared = component(name)
    assert declared.purpose.endswith(".")
    assert set(declared.inputs) or name == "mark"


def test_a_component_is_rendered_from_its_inputs():
    assert rendered('{% component "badge" label="Draft" / %}') == (
        '<span class="badge badge-neutral">Draft</span>'
    )


def test_inputs_are_escaped():
    assert "&lt;b&gt;" in rendered('{% component "badge" label=text / %}', text="<b>")


def test_a_component_sees_nothing_but_its_inputs():
    source = '{% component "card" %}{{ title }}{% endcomponent %}'
    html = rendered(source, title="of the page")
    assert "card-title" not in html
    assert "of the page" in html


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ('{% component "badge" / %}', "badge needs label"),
        ('{% component "badge" label="" / %}', "badge: label is empty"),
        ('{% component "badge" label=missing / %}', "badge: label is empty"),
        ('{% component "badge" label="x" colour="red" / %}', "badge has no input colour"),
        ('{% component "badge" label="x" tone="red" / %}', "badge: tone is 'red' and must be"),
        ('{% component "badge" label="x" icon="unicorn" / %}', "no known icon"),
        ('{% component "badge" label="x" data-row="1" / %}', "badge has no input data-row"),
        ('{% component "tabs" label="x" items="y" / %}', "items is SafeString and must be list"),
        ('{% component "progress" label="x" value="y" / %}', "value is SafeString and must be"),
        ('{% component "mark" %}inside{% endcomponent %}', "mark has no input body"),
        ('{% component "card" %}{% slot "feet" %}x{% endslot %}{% endcomponent %}', "input feet"),
        ("{% component badge / %}", "a component is called by name"),
        ('{% component "badge" "Draft" / %}', "cannot read the input"),
        ('{% slot "body" %}{% endslot %}', "does not stand directly inside a component"),
    ],
)
def test_a_wrong_call_fails_loudly(call, problem):
    with pytest.raises(ComponentError, match=problem.replace("|", r"\|")):
        rendered(call)


def test_a_wrong_call_is_known_before_the_page_is_rendered():
    with pytest.raises(ComponentError):
        Template('{% load components %}{% if never %}{% component "badge" / %}{% endif %}')


@override_settings(COMPONENTS_ARE_STRICT=False)
def test_people_get_their_page_all_the_same():
    html = rendered('{% component "badge" label="Draft" tone="red" colour="red" / %}')
    assert "Draft" in html


def test_flags_and_html_attributes():
    html = rendered(
        '{% component "button" label="Go" disabled id="go" hx-get=url commandfor="d" / %}', url="/x"
    )
    assert " disabled" in html
    assert all(part in html for part in ('id="go"', 'hx-get="/x"', 'commandfor="d"'))


def test_an_attribute_that_is_none_or_false_is_left_out():
    html = rendered('{% component "button" label="Go" data-row=row / %}', row=False)
    assert "data-row" not in html


def test_what_stands_in_no_slot_is_the_body():
    html = rendered(
        '{% component "card" title="T" %}<p>B</p>'
        '{% slot "actions" %}{% component "button" label="A" / %}{% endslot %}{% endcomponent %}'
    )
    assert html.index("<p>B</p>") < html.index("card-actions") < html.index(">A<")


def test_what_is_named_before_a_slot_is_known_within_it():
    source = (
        '{% component "card" title="T" %}{% firstof "/there/" as way %}<p>x</p>'
        '{% slot "actions" %}{% component "button" label="A" href=way / %}{% endslot %}'
        "{% endcomponent %}"
    )
    assert 'href="/there/"' in rendered(source)


def test_an_empty_slot_counts_as_no_slot():
    source = '{% component "card" title="T" %}{% slot "actions" %} {% endslot %}{% endcomponent %}'
    assert "card-actions" not in rendered(source)


def test_blocks_of_a_layout_may_stand_in_slots():
    layout = engines["django"].from_string(
        '{% load components %}{% component "card" title="T" %}'
        '{% slot "actions" %}{% block actions %}none{% endblock %}{% endslot %}{% endcomponent %}'
    )
    page = Template("{% extends layout %}{% block actions %}mine{% endblock %}")
    html = page.render(Context({"layout": layout.template}))
    assert "mine" in html
    assert "none" not in html


def test_labels_stay_where_icons_are_missing(monkeypatch):
    source = '{% component "button" label="Close" icon="x" icon_only / %}'
    monkeypatch.setattr("core.vendor.vendor_url", lambda _path: "/i.svg")
    assert 'class="visually-hidden">Close' in rendered(source)
    monkeypatch.setattr("core.vendor.vendor_url", lambda _path: "")
    assert "<span>Close</span>" in rendered(source)
    assert "<svg" not in rendered(source)


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0%"), (0.2, "1%"), (41.5, "42%"), (99.9, "99%"), (100, "100%")]
)
def test_progress_is_never_done_before_the_end(value, shown):
    html = rendered('{% component "progress" label="Track" value=value / %}', value=value)
    assert f'progress-value">{shown}<' in html


def test_numbers_reach_html_in_no_language():
    with override_settings(LANGUAGE_CODE="hi"):
        html = rendered('{% component "ring" label="Track" value=value / %}', value=33.3)
    assert 'stroke-dasharray="33.3 100"' in html
