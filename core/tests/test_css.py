"""The stylesheet: joined in the order of its layers, made of tokens, legible in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from core import css
from core.charts import MOST_SERIES
from core.styleguide.tokens import pairs, tokens

PARTS = css.parts()
EVERY_PART = css.parts(css.FOLDERS)
LIGHT, DARK = 0, 1
SHEETS = ("surface", "raised", "sunken")
TONES = ("accent", "positive", "caution", "negative")
CODE = ("code-word", "code-string", "code-number", "code-kind")
# What is written on what. A role that is new and no sheet needs a line here.
WRITTEN = [
    *product(("text", "muted", *TONES, *CODE), SHEETS),
    *product(("text", "muted"), [f"{tone}-soft" for tone in TONES]),
    *((tone, f"{tone}-soft") for tone in TONES),
    *((f"on-{tone}", tone) for tone in TONES),
    ("on-accent", "accent-strong"),
    ("on-negative", "negative-strong"),
    ("surface", "text"),
]
# What one must see, though it is no text: borders of fields, fills of progress.
DRAWN = [
    *product(("edge", *TONES), SHEETS),
    *((f"{tone}-turned", "text") for tone in TONES),
    *product([f"series-{n}" for n in range(1, MOST_SERIES + 1)], SHEETS),
]


@pytest.mark.parametrize(("theme", "name"), [(LIGHT, "light"), (DARK, "dark")])
def test_texts_have_contrast_on_all_they_stand_on(theme, name):
    poor = poor_pairs(WRITTEN, theme, least=4.5)
    assert not poor, f"{name}: {poor}"


@pytest.mark.parametrize(("theme", "name"), [(LIGHT, "light"), (DARK, "dark")])
def test_what_one_must_see_stands_out(theme, name):
    poor = poor_pairs(DRAWN, theme, least=3)
    assert not poor, f"{name}: {poor}"


def test_every_colour_role_is_measured():
    measured = {role for pair in [*WRITTEN, *DRAWN] for role in pair} | {"line"}
    assert set(pairs()) == measured


def test_people_are_legible_on_their_ink():
    inks = [value for name, value in tokens().items() if re.fullmatch(r"ink-\d", name)]
    assert len(inks) == 6
    assert all(contrast(ink, tokens()["on-ink"]) >= 4.5 for ink in inks)


def test_layers_stand_in_their_order():
    text = css.joined_text(PARTS)
    order = [text.index(f"@layer {layer}{{") for layer in ("reset", "tokens", "base", "layout")]
    assert order == sorted(order)
    assert text.startswith("@layer reset, tokens, base, layout, components, pages, utilities;")


def test_a_part_whose_files_are_missing_is_left_out(tmp_path, monkeypatch):
    part = tmp_path / "tokens" / "fonts.css"
    part.parent.mkdir()
    part.write_text('@font-face { src: url("../vendor/fonts/missing.woff2"); }')
    assert "missing" not in css.joined_text([part])
    monkeypatch.setattr(finders, "find", lambda path: path == "vendor/fonts/missing.woff2")
    assert "missing" in css.joined_text([part])


def test_the_joined_file_is_found_and_the_parts_are_not_collected():
    assert Path(finders.find(css.JOINED)).read_text() == css.joined_text(PARTS)
    collected = {path for finder in finders.get_finders() for path, _storage in finder.list([])}
    assert css.JOINED in collected
    assert not any(re.match(rf"css/({'|'.join(css.LAYERS)})/", path) for path in collected)


def test_joining_again_writes_nothing(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    first = css.join_stylesheet().stat().st_mtime_ns
    assert css.join_stylesheet().stat().st_mtime_ns == first


def test_every_folder_is_a_layer():
    folder = Path(settings.BASE_DIR) / "static" / "css"
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(css.FOLDERS)


@pytest.mark.parametrize(
    "path",
    [path for path in EVERY_PART if path.parent.name != "tokens"],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_parts_use_roles_and_no_raw_values(path):
    text = css.squeezed(path.read_text())
    assert not re.findall(r"#[0-9a-f]{3,8}\b|\brgb\((?!0 0 0 / 15%)|\bhsl\(|oklch\(", text)
    unknown = set(re.findall(r"var\(--([a-z0-9-]+)\)", text)) - known_properties()
    assert not unknown, f"no such property: {unknown}"


def poor_pairs(wanted: list[tuple[str, str]], theme: int, *, least: float) -> list[str]:
    colours = {name: pair[theme] for name, pair in pairs().items()}
    measured = [(one, two, contrast(colours[one], colours[two])) for one, two in wanted]
    return [f"{one} on {two}: {ratio:.2f}" for one, two, ratio in measured if ratio < least]


def contrast(one: str, two: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (channel(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def channel(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def known_properties() -> set[str]:
    return set(re.findall(r"--([a-z0-9-]+):", "\n".join(path.read_text() for path in EVERY_PART)))
