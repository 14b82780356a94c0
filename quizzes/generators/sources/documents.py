"""The text of Word documents and slides: headings, paragraphs, lists and tables, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from zipfile import ZipFile

from django.utils.translation import gettext as _

from questions.formats.limits import opened_zip, unpacked
from questions.formats.xml_trees import parsed
from quizzes.generators.errors import SourceUnreadable

MOST_SLIDES = 300
MOST_XML = 30 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_HEADING = re.compile(r"(?:heading|überschrift|titre|título)\s*(\d)", re.IGNORECASE)
_SLIDE = re.compile(r"ppt/slides/slide(\d{1,4})\.xml")
_CODE_STYLE = re.compile(r"code|source|listing|preformatted|macro", re.IGNORECASE)


def docx_parts(content: BinaryIO) -> Iterator[str]:
    archive = opened_zip(content)
    body = _tree(archive, "word/document.xml").find(f"{_W}body")
    code: list[str] = []
    for element in [] if body is None else body:
        if element.tag == f"{_W}p" and _CODE_STYLE.search(_style(element)):
            code.append(_words(element, _W))
            continue
        if code:
            yield _fenced(code)
            code = []
        if element.tag == f"{_W}p":
            yield _paragraph(element)
        elif element.tag == f"{_W}tbl":
            yield from _rows(element)
    if code:
        yield _fenced(code)


def pptx_parts(content: BinaryIO) -> Iterator[str]:
    archive = opened_zip(content)
    slides = sorted(
        (int(found[1]), name)
        for name in archive.namelist()
        if (found := _SLIDE.fullmatch(name)) is not None
    )
    if len(slides) > MOST_SLIDES:
        raise SourceUnreadable(
            _("There are more than %d slides. Send the part that matters.") % MOST_SLIDES
        )
    for _number, name in slides:
        for shape in _tree(archive, name).iter(f"{_P}sp"):
            yield from _shape(shape)


def _tree(archive: ZipFile, name: str) -> Any:
    """Without entities, and not larger than a book's worth of text."""
    try:
        size = archive.getinfo(name).file_size
    except KeyError:
        raise SourceUnreadable(_("This file is damaged. Save it anew.")) from None
    if size > MOST_XML:
        raise SourceUnreadable(_("There is too much in this file. Send the part that matters."))
    return parsed(unpacked(archive, name))


def _paragraph(element: Any) -> str:
    text = _words(element, _W)
    heading = _HEADING.search(_style(element))
    if not text.strip():
        return ""
    if heading or _style(element).lower() == "title":
        return f"\n{'#' * int(heading[1] if heading else 1)} {text.strip()}\n"
    if element.find(f"{_W}pPr/{_W}numPr") is not None:
        return f"- {text.strip()}"
    return f"{text}\n"


def _style(element: Any) -> str:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    return "" if style is None else str(style.get(f"{_W}val", ""))


def _words(element: Any, namespace: str) -> str:
    """Of its runs; what was deleted in a review is not part of it."""
    parts = []
    for each in element.iter():
        if each.tag == f"{namespace}t":
            parts.append(each.text or "")
        elif each.tag in {f"{namespace}br", f"{namespace}cr"}:
            parts.append("\n")
        elif each.tag == f"{namespace}tab":
            parts.append("\t")
    return "".join(parts)


def _fenced(lines: list[str]) -> str:
    return "\n".join(["```", *lines, "```"])


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(f"{_W}tr"):
        cells = [" ".join(_words(cell, _W).split()) for cell in row.findall(f"{_W}tc")]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _shape(shape: Any) -> Iterator[str]:
    placeholder = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    kind = "" if placeholder is None else placeholder.get("type", "")
    if kind in {"sldNum", "ftr", "dt"}:
        return
    texts = [" ".join(_words(each, _A).split()) for each in shape.iter(f"{_A}p")]
    texts = [text for text in texts if text]
    if kind in {"title", "ctrTitle"} and texts:
        yield f"\n# {' '.join(texts)}\n"
    elif len(texts) > 1:
        yield from (f"- {text}" for text in texts)
    elif texts:
        yield f"{texts[0]}\n"
