"""Picks out of a message what a person came for: its links and its one-time codes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

MOST_LINKS = 40
MOST_CODES = 5
# Nobody puts a code or a link to click behind a novel.
READ_CHARACTERS = 200_000
MOST_WORDS = 50
# How far from the word “code” a code may stand.
REACH = 80

_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_WORD = re.compile(r"\b(?:code|otp|pin|passcode|one-time|verification)\b", re.IGNORECASE)
_EDGE_BEFORE = r"(?<![\w./:@#+€$£₹-])(?<!\d )"
_EDGE_AFTER = r"(?![\w/:@%-]|[., ]\d)"
_NUMBER = rf"{_EDGE_BEFORE}(?:\d{{3}}(?:[ -]\d{{3}}){{1,2}}|\d{{4}}-\d{{4}}|\d{{4,9}}){_EDGE_AFTER}"
_GROUPS = rf"{_EDGE_BEFORE}[A-Z0-9]{{3,5}}(?:-[A-Z0-9]{{3,5}}){{1,2}}{_EDGE_AFTER}"
_MIXED = rf"{_EDGE_BEFORE}(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{{6,10}}{_EDGE_AFTER}"
_CODE = re.compile(rf"{_NUMBER}|{_GROUPS}|{_MIXED}")
_CODE_ALONE = re.compile(rf"[^\S\n]*(?:{_NUMBER}|{_GROUPS}|{_MIXED}|[A-Z]{{6,10}})[^\S\n]*")
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "br", "div", "dd", "dl", "dt", "footer", "h1", "h2", "h3"}
    | {"h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td"}
    | {"th", "tr", "ul"}
)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)?(?P<rest>[^<>]*)>")
_HREF = re.compile(r"\bhref\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE)
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})


@dataclass(frozen=True)
class Link:
    url: str
    label: str


def find_links(text: str, html: str) -> list[Link]:
    """Web addresses only, each once, with the words that lead to it."""
    found = [*_read_html(html)[1], *(Link(url, "") for url in _urls(text))]
    by_url: dict[str, Link] = {}
    for link in found:
        if _is_web_address(link.url):
            by_url.setdefault(link.url, link)
    return list(by_url.values())[:MOST_LINKS]


def find_codes(text: str) -> list[str]:
    """Codes that stand alone on a line, or near a word that announces one."""
    text = _URL.sub(" ", text[:READ_CHARACTERS])
    words = list(_WORD.finditer(text))[:MOST_WORDS]
    codes: dict[str, None] = {}
    for line in text.splitlines():
        if _CODE_ALONE.fullmatch(line):
            codes[line.strip()] = None
    for match in _CODE.finditer(text):
        if _near(words, match):
            codes[match.group()] = None
    return list(codes)[:MOST_CODES]


def html_as_text(html: str) -> str:
    return _read_html(html)[0]


def _urls(text: str) -> Iterable[str]:
    for match in _URL.finditer(text[:READ_CHARACTERS]):
        url = match.group().rstrip(".,;:!?*_")
        # A bracket that was opened before the address does not belong to it.
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?*_")
        yield url


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _near(words: list[re.Match[str]], code: re.Match[str]) -> bool:
    return any(
        code.start() - REACH <= word.end() and word.start() <= code.end() + REACH for word in words
    )


def _read_html(html: str) -> tuple[str, list[Link]]:
    """The text that is seen, and the links within.

    By plain expressions that look at each character once: the parser of the standard library
    takes minutes for a page of tags that never end."""
    words: list[str] = []
    links: list[Link] = []
    label: list[str] = []
    href = unseen = ""
    place = 0
    html = html[:READ_CHARACTERS]
    for tag in _TAG.finditer(html):
        if not unseen:
            text = unescape(html[place : tag.start()])
            words.append(text)
            label.append(text)
        place = tag.end()
        is_end, name = bool(tag["end"]), (tag["name"] or "").lower()
        if unseen:
            unseen = "" if is_end and name == unseen else unseen
        elif name in _UNSEEN:
            unseen = "" if is_end else name
        elif name in _BLOCKS:
            words.append("\n")
        elif name == "a":
            if href:
                links.append(Link(href, _squeezed("".join(label))))
            label = []
            href = "" if is_end else _href(tag["rest"])
    words.append("" if unseen else unescape(html[place:]))
    lines = (_squeezed(line) for line in "".join(words).splitlines())
    return "\n".join(line for line in lines if line), links


def _href(attributes: str) -> str:
    found = _HREF.search(attributes)
    return unescape(found[1].strip("\"'")).strip() if found else ""


def _squeezed(text: str) -> str:
    return " ".join(text.split())
