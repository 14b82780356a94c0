"""A package with a manifest, an item a question, and the pictures that they show."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from questions.formats.drafts import Draft, compared_in
from questions.formats.losses import Loss
from questions.formats.pictures import BankPicture, Taken
from questions.formats.qti.names import CATALOG, DIFFICULTIES, FOLDER, LOM, PACKAGE
from questions.formats.qti.writing_items import item_of
from questions.formats.qti.writing_pictures import show_pictures
from questions.formats.xml_trees import Element, element, shown

CHUNK = 64 * 1024


def write(drafts: Iterable[Draft], losses: Sequence[Loss], taken: Taken) -> Iterator[bytes]:
    manifest = Element("manifest", {"xmlns": PACKAGE, "identifier": "apranova-questions"})
    metadata = element(manifest, "metadata")
    element(metadata, "schema", "QTIv2.1 Package")
    element(metadata, "schemaversion", "1.0.0")
    element(manifest, "organizations")
    resources = element(manifest, "resources")
    with TemporaryFile() as kept:
        shown_before: dict[UUID, None] = {}
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, written in enumerate(drafts, start=1):
                name = f"items/q{number:05}.xml"
                item = item_of(number, written)
                pictures = show_pictures(item, taken)
                archive.writestr(name, shown(item))
                resource = _add_resource(resources, number, name, written)
                for mark in pictures:
                    element(resource, "dependency", None, identifierref=f"picture-{mark}")
                    if mark not in shown_before:
                        shown_before[mark] = None
                        _pack(archive, taken[mark])
            for mark in shown_before:
                _add_picture(resources, mark, f"{FOLDER}/{taken[mark].name}")
            if losses:
                lines = [f"{each.question}: {', '.join(each.parts)}\n" for each in losses]
                archive.writestr("losses.txt", "".join(lines))
            archive.writestr("imsmanifest.xml", shown(manifest, is_indented=True))
        kept.seek(0)
        while chunk := kept.read(CHUNK):
            yield chunk


def without_pictures(written: Draft) -> list[str]:
    """Texts that are compared with answers, and shown to nobody."""
    return compared_in(written)


def _pack(archive: zipfile.ZipFile, picture: BankPicture) -> None:
    """As it is: pictures are packed already."""
    member = zipfile.ZipInfo(f"{FOLDER}/{picture.name}")
    with archive.open(member, "w") as opened:
        for piece in picture.pieces():
            opened.write(piece)


def _add_picture(resources: Any, mark: UUID, name: str) -> None:
    facts = {"identifier": f"picture-{mark}", "type": "webcontent", "href": name}
    element(element(resources, "resource", None, **facts), "file", None, href=name)


def _add_resource(resources: Any, number: int, name: str, written: Draft) -> Any:
    made = element(
        resources,
        "resource",
        None,
        identifier=f"q{number:05}",
        type="imsqti_item_xmlv2p1",
        href=name,
    )
    lom = element(element(made, "metadata"), "lom", None, xmlns=LOM)
    general = element(lom, "general")
    if written.get("reference"):
        identifier = element(general, "identifier")
        element(identifier, "catalog", CATALOG)
        element(identifier, "entry", written["reference"])
    for tag in written.get("tags", ()):
        element(element(general, "keyword"), "string", tag)
    difficulty = element(element(lom, "educational"), "difficulty")
    element(difficulty, "source", "LOMv1.0")
    element(difficulty, "value", DIFFICULTIES[written["difficulty"]])
    if written.get("subject"):
        path = element(element(lom, "classification"), "taxonPath")
        for place in (written["subject"], written.get("chapter")):
            if place:
                element(element(element(path, "taxon"), "entry"), "string", place)
    element(made, "file", None, href=name)
    return made
