"""What npm brings for browsers: single files, and one sprite of the icons that are named."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.conf import settings

from core.vendor import vendor_url
from scripts.vendor import compose_sprite, copy

BELL = """<!-- a licence -->
<svg class="lucide" xmlns="http://www.w3.org/2000/svg" width="24" height="24"
  viewBox="0 0 24 24" fill="none" stroke="currentColor">
  <path d="M10 21" />
</svg>"""


def test_icons_become_symbols_of_one_sprite(tmp_path):
    for name in ("bell", "award"):
        (tmp_path / f"{name}.svg").write_text(BELL)
    sprite = ET.fromstring(compose_sprite(tmp_path, ["bell", "award"]))  # noqa: S314
    assert [(each.get("id"), each.get("viewBox"), len(each)) for each in sprite] == [
        ("award", "0 0 24 24", 1),
        ("bell", "0 0 24 24", 1),
    ]


def test_scripts_come_without_the_address_of_their_map(tmp_path):
    source, target = tmp_path / "chart.mjs", tmp_path / "js" / "chart.mjs"
    source.write_text("export const a = 1;\n//# sourceMappingURL=chart.mjs.map\n")
    copy(source, target)
    assert target.read_text() == "export const a = 1;\n"


def test_a_file_that_npm_did_not_bring_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"missing\.woff2 is not there"):
        copy(tmp_path / "missing.woff2", tmp_path / "x.woff2")


def test_pages_do_without_what_is_not_there():
    vendor_url.cache_clear()
    assert vendor_url("fonts/of-nobody.woff2") == ""


def test_every_icon_that_is_ordered_is_used():
    names = json.loads((Path(settings.BASE_DIR) / "package.json").read_text())["vendor"]["icons"]
    assert names["names"] == sorted(set(names["names"]))
