"""QTI 2.1 packages: a ZIP with a manifest and an item a question. Reads the names of 3.0 as well.

What questions say stands in them as Markdown. Facts that items have no place for (subject, tags,
difficulty) are metadata of the manifest, in LOM.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from urllib.parse import unquote
from uuid import UUID

from django.utils.translation import gettext as _

from core.files.errors import too_large
from questions.formats.drafts import Draft, Row, compared_in, plain_number
from questions.formats.limits import opened_zip, refuse, unpacked
from questions.formats.losses import Loss
from questions.formats.pictures import (
    DATA,
    FIELD,
    MOST_BYTES_OF_ONE,
    SIZED,
    BankPicture,
    Named,
    Shelf,
    Taken,
    from_base64,
    from_file,
    in_file,
    missing,
    not_here,
    shown_in,
    size_query,
    twice,
)
from questions.formats.xml_trees import Element, element, parsed, shown, text_in
from questions.images import ADDRESS, plain_words
from questions.kinds import BY_HAND, Problem
from questions.kinds.fill_blanks import BLANK

ITEM = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
CATALOG = "apranova"
# Where pictures are, and how items refer to them.
FOLDER, PICTURES = "pictures", "../pictures/"
CHUNK = 64 * 1024
_SIDE = "([1-9][0-9]{0,4})"
_IMAGE = re.compile(rf"!\[([^\[\]]*)\]\({ADDRESS.pattern}\?w={_SIDE}&h={_SIDE}\)")
_DIFFICULTIES = {"easy": "easy", "medium": "medium", "hard": "difficult"}


@dataclass
class _Told:
    """What is said of one item besides what it asks."""

    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(file: BinaryIO, shelf: Shelf) -> Iterator[Row]:
    """Items in the order of the manifest. Names in it are looked up, and never opened as paths."""
    with opened_zip(file) as archive:
        package = _Package(archive, shelf)
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
            item, told = _plain(parsed(unpacked(archive, name))), _Told()
            package.as_text(item, posixpath.dirname(name), told)
            yield _row(number, item, resource, told)


def without_pictures(written: Draft) -> list[str]:
    """Texts that are compared with answers, and shown to nobody."""
    return compared_in(written)


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
                item = _item(number, written)
                pictures = _show_pictures(item, taken)
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


def _pack(archive: zipfile.ZipFile, picture: BankPicture) -> None:
    """As it is: pictures are packed already."""
    member = zipfile.ZipInfo(f"{FOLDER}/{picture.name}")
    with archive.open(member, "w") as opened:
        for piece in picture.pieces():
            opened.write(piece)


def _add_picture(resources: Any, mark: UUID, name: str) -> None:
    facts = {"identifier": f"picture-{mark}", "type": "webcontent", "href": name}
    element(element(resources, "resource", None, **facts), "file", None, href=name)


def _show_pictures(item: Any, taken: Taken) -> list[UUID]:
    """Elements in place of Markdown, so that every reader shows them; says which ones."""
    marks: dict[UUID, None] = {}
    for each in list(item.iter()):
        if each.tag != "value":
            children: list[Any] = []
            each.text = _with_images(each.text, taken, marks, children)
            for child in list(each):
                children.append(child)
                child.tail = _with_images(child.tail, taken, marks, children)
            each[:] = children
    return list(marks)


def _with_images(
    text: str | None, taken: Taken, marks: dict[UUID, None], children: list[Any]
) -> str | None:
    """What stands before the first; each of them goes to the children with what follows it."""
    if not text or "/api/files/" not in text:
        return text
    marks |= dict.fromkeys(shown_in(text, taken))
    first, last, place = "", None, 0
    for found in _IMAGE.finditer(text):
        picture = taken.get(UUID(found[2]))
        if picture is None or plain_words(found[1]) != found[1]:
            continue
        before = in_file(text[place : found.start()], taken, PICTURES)
        if last is None:
            first = before
        else:
            last.tail = before
        facts = {"src": f"{PICTURES}{picture.name}", "alt": found[1]}
        last = Element("img", {**facts, "width": found[3], "height": found[4]})
        children.append(last)
        place = found.end()
    rest = in_file(text[place:], taken, PICTURES)
    if last is None:
        return rest
    last.tail = rest
    return first


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
    element(difficulty, "value", _DIFFICULTIES[written["difficulty"]])
    if written.get("subject"):
        path = element(element(lom, "classification"), "taxonPath")
        for place in (written["subject"], written.get("chapter")):
            if place:
                element(element(element(path, "taxon"), "entry"), "string", place)
    element(made, "file", None, href=name)
    return made


def _item(number: int, written: Draft) -> Any:
    item = Element(
        "assessmentItem",
        {
            "xmlns": ITEM,
            "identifier": f"q{number:05}",
            "title": written.get("reference") or f"Question {number}",
            "adaptive": "false",
            "timeDependent": "false",
        },
    )
    _WRITERS[written["type"]](item, written)
    return item


def _declare(item: Any, cardinality: str, kind: str, right: Sequence[str], name: str = "") -> Any:
    declaration = element(
        item,
        "responseDeclaration",
        None,
        identifier=name or "RESPONSE",
        cardinality=cardinality,
        baseType=kind,
    )
    if right:
        correct = element(declaration, "correctResponse")
        for value in right:
            element(correct, "value", value)
    return declaration


def _map(declaration: Any, values: Sequence[tuple[str, str]], **how: str) -> None:
    mapping = element(declaration, "mapping", None, defaultValue="0", **how)
    for key, value in values:
        element(mapping, "mapEntry", None, mapKey=key, mappedValue=value)


def _body(item: Any, written: Draft) -> Any:
    """Between declarations and processing: marks, then the text."""
    score = element(
        item,
        "outcomeDeclaration",
        None,
        identifier="SCORE",
        cardinality="single",
        baseType="float",
        normalMaximum=str(written["marks"]),
    )
    element(element(score, "defaultValue"), "value", "0")
    if written.get("explanation"):
        element(
            *(item, "outcomeDeclaration", None),
            identifier="FEEDBACK",
            cardinality="single",
            baseType="identifier",
        )
    body = element(item, "itemBody")
    if written.get("model_answer"):
        rubric = element(body, "rubricBlock", None, view="scorer")
        element(rubric, "div", written["model_answer"], **{"class": "markdown"})
    if written["type"] != "FILL_BLANKS":
        element(body, "div", written["text"], **{"class": "markdown"})
    return body


def _finish(item: Any, written: Draft, template: str = "") -> None:
    if template:
        element(item, "responseProcessing", None, template=f"{TEMPLATES}/{template}")
    if written.get("explanation"):
        feedback = element(
            *(item, "modalFeedback", None),
            outcomeIdentifier="FEEDBACK",
            identifier="EXPLANATION",
            showHide="hide",
        )
        element(feedback, "div", written["explanation"], **{"class": "markdown"})


def _add_choice(parent: Any, name: str, text: str, feedback: str = "") -> None:
    choice = element(parent, "simpleChoice", text, identifier=name)
    if feedback:
        element(
            *(choice, "feedbackInline", feedback),
            outcomeIdentifier="FEEDBACK",
            identifier=name,
            showHide="show",
        )


def _write_choices(item: Any, written: Draft) -> None:
    choices = [(f"C{n}", each) for n, each in enumerate(written["choices"], start=1)]
    right = [name for name, each in choices if each.get("correct")]
    is_single = written["type"] == "SINGLE"
    is_partial = written.get("scoring") == "partial"
    declaration = _declare(item, "single" if is_single else "multiple", "identifier", right)
    if is_partial:
        wrong = len(choices) - len(right)
        _map(
            declaration,
            [
                (n, f"{1 / len(right):.6f}" if n in right else f"{-1 / wrong:.6f}")
                for n, _c in choices
            ],
            lowerBound="0",
        )
    interaction = element(
        *(_body(item, written), "choiceInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxChoices="1" if is_single else "0",
    )
    for name, each in choices:
        _add_choice(interaction, name, each["text"], each.get("feedback", ""))
    _finish(item, written, "map_response" if is_partial else "match_correct")


def _write_true_false(item: Any, written: Draft) -> None:
    _declare(item, "single", "identifier", ["true" if written["answer"] else "false"])
    interaction = element(
        *(_body(item, written), "choiceInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="false",
        maxChoices="1",
    )
    for name in ("true", "false"):
        _add_choice(interaction, name, name.capitalize(), written.get(f"feedback_{name}", ""))
    _finish(item, written, "match_correct")


def _write_number(item: Any, written: Draft) -> None:
    _declare(item, "single", "float", [written["value"]])
    paragraph = element(_body(item, written), "p")
    element(paragraph, "textEntryInteraction", None, responseIdentifier="RESPONSE")
    condition = element(element(item, "responseProcessing"), "responseCondition")
    when = element(condition, "responseIf")
    equal = element(
        *(when, "equal", None),
        toleranceMode="absolute",
        tolerance=f"{written['tolerance']} {written['tolerance']}",
    )
    element(equal, "variable", None, identifier="RESPONSE")
    element(equal, "correct", None, identifier="RESPONSE")
    score = element(when, "setOutcomeValue", None, identifier="SCORE")
    element(score, "baseValue", str(written["marks"]), baseType="float")
    _finish(item, written)


def _write_short_text(item: Any, written: Draft) -> None:
    declaration = _declare(item, "single", "string", written["accepted"][:1])
    _map_accepted(declaration, written["accepted"], written.get("case_sensitive", False))
    paragraph = element(_body(item, written), "p")
    element(paragraph, "textEntryInteraction", None, responseIdentifier="RESPONSE")
    _finish(item, written, "map_response")


def _map_accepted(declaration: Any, accepted: Sequence[str], is_sensitive: bool) -> None:
    mapping = element(declaration, "mapping", None, defaultValue="0")
    for each in accepted:
        element(
            *(mapping, "mapEntry", None),
            mapKey=each,
            mappedValue="1",
            caseSensitive="true" if is_sensitive else "false",
        )


def _write_pairs(item: Any, written: Draft) -> None:
    rights = list(dict.fromkeys(pair["right"] for pair in written["pairs"]))
    rights += written.get("distractors", [])
    names = {right: f"R{n}" for n, right in enumerate(rights, start=1)}
    right = [f"L{n} {names[pair['right']]}" for n, pair in enumerate(written["pairs"], start=1)]
    declaration = _declare(item, "multiple", "directedPair", right)
    _map(declaration, [(each, "1") for each in right])
    interaction = element(
        *(_body(item, written), "matchInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxAssociations=str(len(right)),
    )
    lefts = element(interaction, "simpleMatchSet")
    for n, pair in enumerate(written["pairs"], start=1):
        element(lefts, "simpleAssociableChoice", pair["left"], identifier=f"L{n}", matchMax="1")
    sides = element(interaction, "simpleMatchSet")
    for text, name in names.items():
        element(sides, "simpleAssociableChoice", text, identifier=name, matchMax="0")
    _finish(item, written, "map_response")


def _write_order(item: Any, written: Draft) -> None:
    names = [f"I{n}" for n in range(1, len(written["items"]) + 1)]
    _declare(item, "ordered", "identifier", names)
    interaction = element(
        *(_body(item, written), "orderInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="true",
    )
    for name, text in zip(names, written["items"], strict=True):
        _add_choice(interaction, name, text)
    _finish(item, written, "match_correct")


def _write_blanks(item: Any, written: Draft) -> None:
    """A blank stands within the text, under its own name."""
    for name, blank in written["blanks"].items():
        declaration = _declare(item, "single", "string", blank["accepted"][:1], f"B_{name}")
        _map_accepted(declaration, blank["accepted"], blank.get("case_sensitive", False))
    block = element(_body(item, written), "div", "", **{"class": "markdown"})
    place, last = 0, None
    for gap in BLANK.finditer(written["text"]):
        _append_text(block, last, written["text"][place : gap.start()])
        last = element(block, "textEntryInteraction", None, responseIdentifier=f"B_{gap[1]}")
        place = gap.end()
    _append_text(block, last, written["text"][place:])
    _finish(item, written, "map_response")


def _append_text(block: Any, last: Any, text: str) -> None:
    if last is None:
        block.text = text
    else:
        last.tail = text


def _write_by_hand(item: Any, written: Draft) -> None:
    if written["type"] == "FILE_UPLOAD":
        _declare(item, "single", "file", [])
        element(_body(item, written), "uploadInteraction", None, responseIdentifier="RESPONSE")
    else:
        _declare(item, "single", "string", [])
        form = "preFormatted" if written["type"] == "CODE" else "plain"
        element(
            *(_body(item, written), "extendedTextInteraction", None),
            responseIdentifier="RESPONSE",
            format=form,
        )
    _finish(item, written)


_WRITERS = {
    "SINGLE": _write_choices,
    "MULTIPLE": _write_choices,
    "TRUE_FALSE": _write_true_false,
    "NUMERIC": _write_number,
    "SHORT_TEXT": _write_short_text,
    "MATCHING": _write_pairs,
    "ORDERING": _write_order,
    "FILL_BLANKS": _write_blanks,
    "ESSAY": _write_by_hand,
    "FILE_UPLOAD": _write_by_hand,
    "CODE": _write_by_hand,
}


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


class _Package:
    """The files of a package by their names in it, which are looked up and are never paths."""

    def __init__(self, archive: zipfile.ZipFile, shelf: Shelf) -> None:
        self.names = set(archive.namelist())
        self._archive = archive
        self._counts = Counter(archive.namelist())
        self._data: dict[str, str] = {}
        self._named = Named(shelf, self._load)
        self._own = Named(shelf, lambda name: self._load(f"{FOLDER}/{name}"))

    def as_text(self, item: Any, folder: str, told: _Told) -> None:
        """Pictures in Markdown in place of elements, as all that is read here is Markdown."""
        for parent in item.iter():
            children, parts = list(parent), [parent.text or ""]
            kept: list[Any] = []
            for child in children:
                shown = self._shown(child, folder, told) if child.tag in _SHOWING else None
                if shown is None:
                    _set_text(parent, kept, parts)
                    kept.append(child)
                    parts = [child.tail or ""]
                else:
                    parts += [shown, child.tail or ""]
            _set_text(parent, kept, parts)
            if len(kept) < len(children):
                parent[:] = kept
        for each in item.iter():
            each.text = self._from_text(each.text, told)
            each.tail = self._from_text(each.tail, told)

    def _from_text(self, text: str | None, told: _Told) -> str | None:
        """Where our own text could not hold an element."""

        def has(name: str) -> bool:
            return f"{FOLDER}/{name}" in self.names

        return from_file(text, PICTURES, has, self._own, told.problems) if text else text

    def _shown(self, found: Any, folder: str, told: _Told) -> str | None:
        """None for what is no picture and stays."""
        address = (found.get("src") or found.get("data") or "").strip()
        if found.tag == "object" and not found.get("type", "image/").startswith("image/"):
            told.notes.append(Problem("text", _("Pictures and films were left out.")))
            return None
        if data := DATA.fullmatch(address):
            name = f"data-{len(self._data) + 1}"
            self._data[name] = data[1]
        elif _ELSEWHERE.match(address):
            told.notes.append(not_here(address))
            return ""
        else:
            path = unquote(address.partition("?")[0].partition("#")[0])
            name = posixpath.normpath(posixpath.join(folder, path))
        mark = self._named.mark_of(name, told.problems)
        size = size_query(found.get("width"), found.get("height")) or SIZED
        return f"![{plain_words(found.get('alt') or '')}]({mark}{size})" if mark else ""

    def _load(self, name: str) -> bytes:
        if name in self._data:
            return from_base64(self._data[name], name)
        if self._counts[name] > 1:
            raise twice(name)
        if name not in self.names or name.startswith(("/", "../")) or "\\" in name:
            raise missing(name)
        if self._archive.getinfo(name).file_size > MOST_BYTES_OF_ONE:
            raise too_large(name, MOST_BYTES_OF_ONE, field=FIELD)
        return unpacked(self._archive, name)


_SHOWING = frozenset({"img", "object"})
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def _set_text(parent: Any, kept: list[Any], parts: list[str]) -> None:
    """Before the first child, or behind the last of those that are kept."""
    if kept:
        kept[-1].tail = "".join(parts)
    else:
        parent.text = "".join(parts)


def _row(number: int, item: Any, resource: Any, told: _Told) -> Row:
    body = item.find("itemBody")
    if body is None:
        return Row(number, None, (Problem("text", _("There is no text in this item.")),))
    written: Draft = {**_facts_of(item, resource)}
    rubric = body.find("rubricBlock")
    if rubric is not None:
        written["model_answer"] = _text_of(rubric)
        body.remove(rubric)
    interactions = [each for each in body.iter() if str(each.tag).endswith("Interaction")]
    if not interactions:
        return Row(number, None, (Problem("type", _("This item asks nothing.")),))
    kinds = {each.tag for each in interactions}
    reader = _READERS.get(interactions[0].tag)
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
        facts.setdefault("explanation", _text_of(feedback))
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
    back = {value: name for name, value in _DIFFICULTIES.items()}
    facts["difficulty"] = back.get(said.removeprefix("very "), "medium")
    path = lom.find("classification/taxonPath")
    if path is not None:
        places = [text_in(taxon, "entry/string") for taxon in path.iterfind("taxon")]
        facts |= dict(zip(("subject", "chapter"), places, strict=False))
    return facts


def _text_of(found: Any, *, without: frozenset[str] = frozenset()) -> str:
    """Our own Markdown as it is; of blocks of other platforms, paragraphs."""
    own = next((each for each in found.iter("div") if each.get("class") == "markdown"), None)
    if own is not None:
        return "".join(own.itertext()).strip()
    if all(each.tag in without for each in found):
        return "".join([found.text or "", *(each.tail or "" for each in found)]).strip()
    parts: list[str] = []
    _gather(found, without, parts)
    return re.sub(r"[ \t]*\n[ \t\n]*\n[ \t]*", "\n\n", "".join(parts)).strip()


def _gather(found: Any, without: frozenset[str], parts: list[str]) -> None:
    if found.tag in without:
        return
    if found.tag in _BLOCKS and parts:
        parts.append("\n\n")
    parts.append(found.text or "")
    for child in found:
        _gather(child, without, parts)
        parts.append(child.tail or "")


_BLOCKS = frozenset({"p", "div", "li", "pre", "br", "tr", "h1", "h2", "h3", "blockquote"})
_INTERACTIONS = frozenset(
    {
        *("choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction"),
        *("extendedTextInteraction", "uploadInteraction"),
    }
)


def _right_in(item: Any) -> list[str]:
    values = item.iterfind("responseDeclaration/correctResponse/value")
    return [" ".join((value.text or "").split()) for value in values]


def _read_choices(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    right = _right_in(item)
    declaration = item.find("responseDeclaration")
    mapped = declaration.find("mapping") if declaration is not None else None
    if not right and mapped is not None:
        entries = mapped.iterfind("mapEntry")
        right = [e.get("mapKey", "") for e in entries if _number(e.get("mappedValue", "0")) > 0]
    written["text"] = _text_of(body, without=_INTERACTIONS) or text_in(interactions[0], "prompt")
    choices = [
        (
            each.get("identifier", ""),
            _text_of(each, without=frozenset({"feedbackInline"})),
            text_in(each, "feedbackInline").strip(),
        )
        for each in interactions[0].iterfind("simpleChoice")
    ]
    names = [name for name, _text, _feedback in choices]
    if names == ["true", "false"] and right in (["true"], ["false"]):
        written |= {"type": "TRUE_FALSE", "answer": right == ["true"]}
        written |= {f"feedback_{name}": feedback for name, _text, feedback in choices}
        return
    is_single = declaration is not None and declaration.get("cardinality") == "single"
    written["type"] = "SINGLE" if is_single else "MULTIPLE"
    if not is_single:
        written["scoring"] = "partial" if mapped is not None else "all_or_nothing"
    written["choices"] = [
        {"text": text, "correct": name in right, "feedback": feedback}
        for name, text, feedback in choices
    ]


def _read_order(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    texts = {
        each.get("identifier", ""): _text_of(each)
        for each in interactions[0].iterfind("simpleChoice")
    }
    written |= {"type": "ORDERING", "text": _text_of(body, without=_INTERACTIONS)}
    written["text"] = written["text"] or text_in(interactions[0], "prompt")
    written["items"] = [texts[name] for name in _right_in(item) if name in texts]


def _read_pairs(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    sets = [
        {
            each.get("identifier", ""): _text_of(each)
            for each in side.iterfind("simpleAssociableChoice")
        }
        for side in interactions[0].iterfind("simpleMatchSet")
    ]
    lefts, rights = (*sets, {}, {})[:2]
    pairs = [pair.split() for pair in _right_in(item)]
    found = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    written |= {"type": "MATCHING", "text": _text_of(body, without=_INTERACTIONS)}
    written["text"] = written["text"] or text_in(interactions[0], "prompt")
    written["pairs"] = [
        {"left": lefts[left], "right": rights[right]}
        for left, right in found
        if left in lefts and right in rights
    ]
    used = {right for _left, right in found}
    written["distractors"] = [text for name, text in rights.items() if name not in used]


def _read_entry(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    declarations = {each.get("identifier"): each for each in item.iterfind("responseDeclaration")}
    names = [each.get("responseIdentifier", "") for each in interactions]
    first = declarations.get(names[0])
    if len(names) == 1 and not names[0].startswith("B_"):
        written["text"] = _text_of(body, without=_INTERACTIONS)
        if first is not None and first.get("baseType") in {"float", "integer"}:
            equal = next(item.iter("equal"), None)
            tolerance = equal.get("tolerance", "0").split() if equal is not None else ["0"]
            written |= {"type": "NUMERIC", "tolerance": (tolerance or ["0"])[0]}
            written["value"] = text_in(first, "correctResponse/value").strip()
            return
        accepted, is_sensitive = _accepted(first)
        written |= {"type": "SHORT_TEXT", "accepted": accepted, "case_sensitive": is_sensitive}
        return
    written |= {"type": "FILL_BLANKS", "blanks": {}}
    for interaction, name in zip(interactions, names, strict=True):
        blank = re.sub(r"[^A-Za-z0-9_-]", "-", name.removeprefix("B_"))[:30]
        accepted, is_sensitive = _accepted(declarations.get(name))
        written["blanks"][blank] = {"accepted": accepted, "case_sensitive": is_sensitive}
        interaction.tag, interaction.text = "span", f"{{{{{blank}}}}}"
    written["text"] = _text_of(body)


def _accepted(declaration: Any) -> tuple[list[str], bool]:
    if declaration is None:
        return [], False
    entries = list(declaration.iterfind("mapping/mapEntry"))
    right = [each for each in entries if _number(each.get("mappedValue", "0")) > 0]
    said = [each.get("mapKey", "") for each in right]
    said = said or [value.text or "" for value in declaration.iterfind("correctResponse/value")]
    # QTI compares with case unless an entry says otherwise.
    is_sensitive = not right or all(each.get("caseSensitive", "true") == "true" for each in right)
    return said, is_sensitive


def _read_by_hand(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    interaction = interactions[0]
    written["text"] = _text_of(body, without=_INTERACTIONS) or text_in(interaction, "prompt")
    if interaction.tag == "uploadInteraction":
        written["type"] = "FILE_UPLOAD"
    else:
        is_code = interaction.get("format") == "preFormatted"
        written["type"] = "CODE" if is_code else "ESSAY"


_READERS = {
    "choiceInteraction": _read_choices,
    "orderInteraction": _read_order,
    "matchInteraction": _read_pairs,
    "textEntryInteraction": _read_entry,
    "extendedTextInteraction": _read_by_hand,
    "uploadInteraction": _read_by_hand,
}


def _number(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return 0.0


def _rounded(said: str) -> str:
    try:
        return plain_number(round(Decimal(said.strip()[:40]), 2))
    except InvalidOperation:
        return said
