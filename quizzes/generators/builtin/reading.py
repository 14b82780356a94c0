"""A text taken apart: sections, sentences, lists and code, each word for word as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)(.*)$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_BULLET = re.compile(r"^(\s*)([-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(\S.*)$")
_TABLE = re.compile(r"^\s*\|.*\|\s*$")
_ASIDE = re.compile(r"^\s*(?:>|<|!\[|\[\^|:::)")

# Where a sentence ends: after its mark, perhaps a quote or bracket, before what begins another.
_END = re.compile(
    r"(?<=[.!?।])[\"”\u2019)\]*_]*\s+(?=[\"“\u2018(\[*_`]*[A-Z0-9\u0080-\U0010ffff`])"
)
_TAIL = re.compile(r"[\"”\u2019)\]*_]*")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Dr|Mr|Mrs|Ms|No|Nr|Fig|St|Inc|Ltd|approx|ca|p|pp|ed|al)\.|"
    r"\b[A-Z]\.|^\d{1,3}\.)$"
)


@dataclass(frozen=True)
class Sentence:
    """`span` is how it stands in the source; `text` is the same in one line."""

    span: str
    section: str

    @property
    def text(self) -> str:
        return " ".join(self.span.split())


@dataclass(frozen=True)
class Listing:
    """Items that stand together, after a line that says of what."""

    intro: str
    items: tuple[str, ...]
    is_numbered: bool
    section: str
    span: str


@dataclass
class Reading:
    sentences: list[Sentence] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)


def read(source: str) -> Reading:
    reading, section = Reading(), ""
    for block in _blocks(_FRONT_MATTER.sub("", source)):
        if block.kind == "heading":
            section = _bare(block.text)
        elif block.kind == "list":
            _read_list(block, section, reading)
        elif block.kind == "text":
            reading.sentences += [Sentence(span, section) for span in split(block.text)]
    return reading


def split(paragraph: str) -> list[str]:
    """Its sentences, exactly as they stand; nothing inside of code or brackets ends one."""
    found, start = [], 0
    for end in _END.finditer(paragraph):
        tail = _TAIL.match(paragraph, end.start())
        stop = tail.end() if tail else end.start()
        if _NO_END.search(paragraph[start : end.start()]) or _is_open(paragraph[start:stop]):
            continue
        found.append(paragraph[start:stop].strip())
        start = end.end()
    found.append(paragraph[start:].strip())
    return [each for each in found if each]


@dataclass
class _Block:
    kind: str
    lines: list[str]
    before: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def _blocks(source: str) -> Iterator[_Block]:
    lines, at, last = source.split("\n"), 0, ""
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line)
        heading = _HEADING.match(line)
        if fence:
            at, block = _code(lines, at, fence[1])
            yield block
        elif heading:
            yield _Block("heading", [heading[2]])
            at += 1
        elif (
            not line.strip()
            or _TABLE.match(line)
            or _ASIDE.match(line)
            or (line.startswith(("    ", "\t")) and not _BULLET.match(line))
        ):
            at += 1
        elif _BULLET.match(line):
            at, block = _list(lines, at)
            block.before = last
            yield block
            last = ""
        else:
            at, block = _paragraph(lines, at)
            yield block
            last = block.text if block.kind == "text" else ""


def _code(lines: list[str], at: int, mark: str) -> tuple[int, _Block]:
    kept = [lines[at]]
    at += 1
    while at < len(lines):
        kept.append(lines[at])
        at += 1
        if kept[-1].strip().startswith(mark) and not kept[-1].strip(" `~"):
            break
    return at, _Block("code", kept)


def _list(lines: list[str], at: int) -> tuple[int, _Block]:
    """With the lines that belong to an item, and across single empty lines between items."""
    kept: list[str] = []
    while at < len(lines):
        line = lines[at]
        following = lines[at + 1] if at + 1 < len(lines) else ""
        is_part = _BULLET.match(line) or (kept and line.startswith("  ") and line.strip())
        is_lazy = kept and line.strip() and not _starts_another(line) and kept[-1].strip()
        is_gap = not line.strip() and (_BULLET.match(following) or following.startswith("  "))
        if not (is_part or is_lazy or is_gap):
            break
        kept.append(line)
        at += 1
    return at, _Block("list", kept)


def _paragraph(lines: list[str], at: int) -> tuple[int, _Block]:
    kept: list[str] = []
    while at < len(lines) and lines[at].strip() and not _starts_another(lines[at]):
        if kept and _UNDERLINE.match(lines[at]):
            return at + 1, _Block("heading", [" ".join(kept)])
        kept.append(lines[at])
        at += 1
    return at, _Block("text", kept)


def _starts_another(line: str) -> bool:
    return bool(
        _FENCE.match(line) or _HEADING.match(line) or _BULLET.match(line) or _TABLE.match(line)
    )


def _read_list(block: _Block, section: str, reading: Reading) -> None:
    """Only the outermost items; those that are sentences count as such too."""
    indent, items, marks = None, [], []
    for line in block.lines:
        found = _BULLET.match(line)
        if found and (indent is None or len(found[1]) <= indent):
            indent = len(found[1])
            items.append(found[3])
            marks.append(found[2])
        elif items and line.strip() and not found:
            items[-1] += "\n" + line
    for item in items:
        sentences = split(item)
        reading.sentences += [
            Sentence(each, section) for each in sentences if each[-1] in ".!?।" and len(each) > 40
        ]
    intro = split(block.before)[-1] if block.before else ""
    plain = tuple(" ".join(item.split()) for item in items)
    is_numbered = all(mark[0].isdigit() for mark in marks)
    reading.listings.append(Listing(intro, plain, is_numbered, section, block.text))


def _is_open(text: str) -> bool:
    return text.count("`") % 2 == 1 or text.count("(") > text.count(")")


def _bare(text: str) -> str:
    return re.sub(r"[`*_]+", "", text).strip()
