"""Picks out of a message what a person came for: its links and its one-time codes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
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
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})


@dataclass(frozen=True)
class Link:
    url: str
    label: str


def find_links(text: str, html: str) -> list[Link]:
    """Web addresses only, each once, with the words that lead to it."""
    found = [*_read_html(html).links, *(Link(url, "") for url in _urls(text))]
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
    return _read_html(html).text


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


def _read_html(html: str) -> "_Reader":
    reader = _Reader()
    reader.feed(html[:READ_CHARACTERS])
    reader.close()
    return reader


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self._words: list[str] = []
        self._unseen = 0
        self._href: str | None = None
        self._label: list[str] = []

    @property
    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._words).splitlines())
        return "\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS:
            self._words.append("\n")
        elif tag == "a":
            self._close_link()
            self._href = (dict(attrs).get("href") or "").strip()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._words.append("\n")
        elif tag == "a":
            self._close_link()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self._words.append(data)
        if self._href is not None:
            self._label.append(data)

    def close(self) -> None:
        super().close()
        self._close_link()

    def _close_link(self) -> None:
        if self._href:
            self.links.append(Link(self._href, " ".join("".join(self._label).split())))
        self._href = None
        self._label = []
