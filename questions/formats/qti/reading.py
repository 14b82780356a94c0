"""Items in the order of the manifest, with what the manifest says of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from questions.formats.drafts import Draft, Row, plain_number
from questions.formats.limits import opened_zip, refuse, unpacked
from questions.formats.pictures import Shelf
from questions.formats.qti.names import CATALOG, DIFFICULTIES
from questions.formats.qti.package import Package, Told
from questions.formats.qti.reading_items import READERS
from questions.formats.qti.reading_texts import text_of
from questions.formats.xml_trees import parsed, text_in
from questions.kinds import BY_HAND, Problem


def read(file: BinaryIO, shelf: Shelf) -> Iterator[Row]:
    """Items in the order of the manifest. Names in it are looked up, and never opened as paths."""
    with opened_zip(file) as archive:
        package = Package(archive, shelf)
        names = package.names
        if "imsmanifest.xml" not in names:
            refuse(_("This is no QTI package: there is no imsmanifest.xml in it."))
        manifest = _plain(parsed(unpacked(archive, "imsmanifest.xml")))
        number, known = 0, set[str]()
        for resource in manifest.iterfind("resources/resource"):
            if "item" not in resource.get("type", ""):
                continue
            number += 1
            name = posixpath.normpath(resource.get("href", ""))
            if name not in names or name in known:
                said = (
                    _("The manifest names this file twice.")
                    if name in known
                    else _("The manifest names a file that is not in the package.")
                )
                yield Row(number, None, (Problem("question", said),))
                continue
            # Each once, so that no more is read than there is in the package.
            known.add(name)
            item, told = _plain(parsed(unpacked(archive, name))), Told()
            package.as_text(item, posixpath.dirname(name), told)
            yield _row(number, item, resource, told)


def _plain(root: Any) -> Any:
    """Without namespaces, and with the names of 2.1 in place of those of 3.0."""
    for each in root.iter():
        if not isinstance(each.tag, str):
            continue
        each.tag = _name(each.tag.rpartition("}")[2])
        for key in list(each.attrib):
            each.attrib[_name(key.rpartition("}")[2])] = each.attrib.pop(key)
    return root


def _name(said: str) -> str:
    first, *others = said.removeprefix("qti-").split("-")
    return first + "".join(word.capitalize() for word in others)


def _row(number: int, item: Any, resource: Any, told: Told) -> Row:
    body = item.find("itemBody")
    if body is None:
        return Row(number, None, (Problem("text", _("There is no text in this item.")),))
    written: Draft = {**_facts_of(item, resource)}
    rubric = body.find("rubricBlock")
    if rubric is not None:
        written["model_answer"] = text_of(rubric)
        body.remove(rubric)
    interactions = [each for each in body.iter() if str(each.tag).endswith("Interaction")]
    if not interactions:
        return Row(number, None, (Problem("type", _("This item asks nothing.")),))
    kinds = {each.tag for each in interactions}
    reader = READERS.get(interactions[0].tag)
    if reader is None or (len(interactions) > 1 and kinds != {"textEntryInteraction"}):
        said = _("We have no type of question for this (%s).") % ", ".join(sorted(kinds))
        return Row(number, None, (Problem("type", said),))
    reader(item, body, interactions, written)
    if written["type"] not in BY_HAND:
        written.pop("model_answer", None)
    return Row(number, written, tuple(told.problems), tuple(told.notes))


def _facts_of(item: Any, resource: Any) -> Draft:
    facts: Draft = {}
    for feedback in item.iterfind("modalFeedback"):
        facts.setdefault("explanation", text_of(feedback))
    for outcome in item.iterfind("outcomeDeclaration"):
        if outcome.get("identifier") == "SCORE" and outcome.get("normalMaximum"):
            facts["marks"] = _rounded(outcome.get("normalMaximum"))
    lom = resource.find("metadata/lom")
    if lom is None:
        return facts
    for identifier in lom.iterfind("general/identifier"):
        if text_in(identifier, "catalog") == CATALOG:
            facts["reference"] = text_in(identifier, "entry")
    facts["tags"] = [text_in(each, "string") for each in lom.iterfind("general/keyword")]
    said = text_in(lom, "educational/difficulty/value").strip()
    back = {value: name for name, value in DIFFICULTIES.items()}
    facts["difficulty"] = back.get(said.removeprefix("very "), "medium")
    path = lom.find("classification/taxonPath")
    if path is not None:
        places = [text_in(taxon, "entry/string") for taxon in path.iterfind("taxon")]
        facts |= dict(zip(("subject", "chapter"), places, strict=False))
    return facts


def _rounded(said: str) -> str:
    try:
        return plain_number(round(Decimal(said.strip()[:40]), 2))
    except InvalidOperation:
        return said
