"""The styleguide: open to those who build, and complete."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from core.components import component, component_names
from core.styleguide.catalogue import LAYOUTS, pages

SAMPLES = Path(settings.BASE_DIR) / "templates" / "styleguide"
SHOWN = ["", *(f"{name}/" for name in pages()), *(f"layouts/{name}/" for name in LAYOUTS)]


@pytest.fixture
def html_of(client, db):
    def get(path: str) -> str:
        with override_settings(DEMO=True):
            response = client.get(f"/styleguide/{path}")
        assert response.status_code == 200
        return response.content.decode()

    return get


class Elements(HTMLParser):
    """Ids, references to them, and what the policy would stop."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.forbidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            if name in {"for", "aria-labelledby", "aria-describedby", "aria-controls"}:
                self.references.update((value or "").split())
            if name in {"popovertarget", "commandfor"}:
                self.references.add(value or "")
            if name == "style" or name.startswith("on"):
                self.forbidden.append(f"{tag} {name}")


@pytest.mark.parametrize("path", SHOWN)
def test_every_page_is_whole(html_of, path):
    elements = Elements(html_of(path))
    assert not elements.forbidden
    twice = {each for each in elements.ids if elements.ids.count(each) > 1} - MAY_REPEAT
    assert not twice
    assert elements.references <= set(elements.ids)


# Samples of the shell stand in a page that has a shell of its own.
MAY_REPEAT = {"user-menu", "bell-list"}


def test_every_component_has_its_place():
    placed = [name for shown in pages().values() for name in shown]
    assert sorted(placed) == component_names()


@pytest.mark.parametrize("name", component_names())
def test_every_state_of_a_component_is_shown(name):
    sources = "\n".join(path.read_text() for path in SAMPLES.rglob("*.html"))
    calls = "".join(re.findall(rf'{{% component "{name}"(.*?)%}}', sources))
    for each in component(name).inputs.values():
        for choice in each.choices:
            is_shown = choice == each.default or f'{each.name}="{choice}"' in calls
            assert is_shown, f"no sample shows {name} with {each.name}={choice}"


def test_samples_show_their_own_source(html_of):
    assert "{% component &quot;badge&quot; label=&quot;Draft&quot; / %}" in html_of("badge/")


def test_it_is_for_staff(client, client_of, student, admin):
    assert client.get("/styleguide/").status_code == 302
    assert client_of(student).get("/styleguide/").status_code == 403
    assert client_of(admin).get("/styleguide/button/").status_code == 200


@pytest.mark.parametrize("path", ["nothing/", "layouts/nothing/", "menu_item/"])
def test_what_is_not_in_it_is_not_there(client_of, admin, path):
    assert client_of(admin).get(f"/styleguide/{path}").status_code == 404


def test_a_page_asks_the_database_for_nothing_of_its_own(
    client_of, admin, django_assert_max_num_queries
):
    client = client_of(admin)
    with django_assert_max_num_queries(3):
        client.get("/styleguide/table/")
