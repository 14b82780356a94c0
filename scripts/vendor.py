#!/usr/bin/env python3
"""Copies what pages need of the npm packages to `static/vendor/`, as `package.json` lists it.

Single files only, since whole packages hold what cannot be hashed; the icons that are named there
become one sprite. Runs with any Python 3.11+ and nothing else, after npm.
"""

import json
import re
import shutil
import sys
import xml.etree.ElementTree as ET  # the files are those that the lock pins
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
SVG = "http://www.w3.org/2000/svg"


def main() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["vendor"]
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, source in wanted["files"].items():
        copy(PACKAGES / source, fresh / name)
    sprite = compose_sprite(PACKAGES / wanted["icons"]["from"], wanted["icons"]["names"])
    (fresh / "icons.svg").write_text(sprite)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def copy(source: Path, target: Path) -> None:
    if not source.exists():
        sys.exit(f"{source} is not there: has npm installed what package.json names?")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix in {".js", ".mjs", ".css"}:
        # Hashing static files follows the map's address, and maps are not copied.
        text = re.sub(r"\n?(//|/\*)# sourceMappingURL=[^\n]*", "", source.read_text())
        target.write_text(text)
    else:
        shutil.copyfile(source, target)


def compose_sprite(folder: Path, names: list[str]) -> str:
    ET.register_namespace("", SVG)
    sprite = ET.Element(f"{{{SVG}}}svg")
    for name in sorted(names):
        drawing = ET.parse(folder / f"{name}.svg").getroot()  # noqa: S314
        view = {"id": name, "viewBox": drawing.get("viewBox", "0 0 24 24")}
        symbol = ET.SubElement(sprite, f"{{{SVG}}}symbol", view)
        for shape in drawing:
            shape.tail = None
            symbol.append(shape)
    return ET.tostring(sprite, encoding="unicode")


if __name__ == "__main__":
    main()
