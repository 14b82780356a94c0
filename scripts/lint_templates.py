"""Rules of ours for templates, beside djlint's. Each message says what to do instead."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("templates", "*/templates")
# Jinja, for developers, with rules of its own.
EXCLUDED = ("sandbox/",)
# Mail programs know no stylesheet of ours.
MAY_STYLE = ("templates/mail/",)
# Samples for those who build pages, in one language.
MAY_SPEAK = ("templates/styleguide/",)
# Templates that may mark text as safe, each because what it shows was sanitised on the way in.
MAY_TRUST: tuple[str, ...] = ()

# The same in every language.
NAMES = re.compile(r"\b(ApraNova|UTC)\b")
LETTERS = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTES = frozenset(
    {"alt", "aria-label", "aria-description", "aria-placeholder", "aria-valuetext"}
    | {"aria-roledescription", "label", "placeholder", "title"}
)
BUTTONS = frozenset({"button", "reset", "submit"})
METAS = frozenset({"description", "og:title", "og:description", "twitter:title"})
VOID_ELEMENTS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
UNTRANSLATED_ELEMENTS = frozenset({"code", "kbd", "pre", "samp", "script", "style", "var"})
DATA_BLOCKS = frozenset({"application/json", "application/ld+json", "importmap"})
ADDRESSES = frozenset({"src", "srcset", "poster", "data"})
ARGUMENTS = re.compile(
    r"\b(?:alt|caption|description|heading|hint|label|legend|message|note|placeholder|summary"
    r"|text|title)=(?:\"([^\"]*)\"|'([^']*)')"
)
TRUSTING = re.compile(r"\|\s*safe(?:seq)?\b|^autoescape\s+off\b")

MESSAGES = {
    "script": "put it into a module in static/js and load that; the content policy stops inline "
    "scripts. Data goes into the page by json_script.",
    "style": "give the element a class and write the rule into its file in static/css; the content "
    "policy stops inline styles.",
    "handler": "listen in a module in static/js, such as a custom element's; the content policy "
    "stops handlers in attributes.",
    "elsewhere": "serve it ourselves (static/, or a package that npm brings); pages ask no other "
    "host for anything.",
    "translate": "mark it for translation: {% translate %} or {% blocktranslate %} in text and "
    'attributes, _("…") as an argument of a tag. What is no language at all stands in <code> or '
    'in an element with translate="no".',
    "inputs": "open the component with {% comment %}: what it is for, an empty line, and its "
    "inputs, one a line.",
    "safe": "let Django escape it, or build it with format_html in a tag. Where text was sanitised "
    "on the way in, add the template to MAY_TRUST in scripts/lint_templates.py.",
}


@dataclass(frozen=True, order=True)
class Fault:
    path: str
    line: int
    rule: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.found!r}: {MESSAGES[self.rule]}"


def main(arguments: list[str]) -> int:
    paths = [Path(name).resolve() for name in arguments] or list(templates())
    faults = sorted(fault for path in paths for fault in lint(path))
    for fault in faults:
        print(fault)
    print(f"{len(paths)} templates, {len(faults)} faults.")
    return 1 if faults else 0


def templates() -> Iterator[Path]:
    for folder in (folder for pattern in FOLDERS for folder in sorted(ROOT.glob(pattern))):
        for path in sorted(folder.rglob("*")):
            is_ours = not path.relative_to(ROOT).as_posix().startswith(EXCLUDED)
            if path.suffix in {".html", ".txt"} and is_ours:
                yield path


def lint(path: Path) -> list[Fault]:
    return lint_source(path.read_text(), path=path.relative_to(ROOT).as_posix())


def lint_source(source: str, *, path: str) -> list[Fault]:
    tokens = list(_meant(Lexer(source).tokenize()))
    if path.endswith(".txt"):
        return [Fault(path, *found) for found in _text_faults(_markup(tokens))]
    parser = _Markup()
    parser.feed(_markup(tokens))
    parser.close()
    found = [*parser.found, *_tag_faults(tokens)]
    if "/components/" in path and not re.match(r"\s*{%\s*comment\b", source):
        found.append((1, "inputs", path.rpartition("/")[2]))
    return [Fault(path, *each) for each in found if not _is_allowed(each[1], path)]


def _is_allowed(rule: str, path: str) -> bool:
    exceptions = {"style": MAY_STYLE, "safe": MAY_TRUST, "translate": MAY_SPEAK}
    return path.startswith(exceptions.get(rule, ()))


def _meant(tokens: Iterable[Token]) -> Iterator[Token]:
    """What reaches the reader: neither comments nor blocks that fill a class."""
    end = ""
    for token in tokens:
        name = _name(token)
        if end:
            end = "" if name == end else end
        elif name == "comment" or re.match(r"block\s+\w+_class\b", token.contents):
            end = f"end{name}"
        elif token.token_type != TokenType.COMMENT:
            yield token


def _name(token: Token) -> str:
    words = token.contents.split(maxsplit=1)
    return words[0] if token.token_type == TokenType.BLOCK and words else ""


def _markup(tokens: list[Token]) -> str:
    """The HTML without template tags and without what is translated, line by line as it was."""
    lines = _Lines()
    translated: list[Token] | None = None
    for token in tokens:
        name = _name(token)
        if name in {"blocktranslate", "blocktrans"}:
            translated = []
        elif name in {"endblocktranslate", "endblocktrans"}:
            lines.add_all(translated or [], lambda text: re.sub(r"(\A|>)[^<]*", r"\1", text))
            translated = None
        elif translated is not None:
            translated.append(token)
        else:
            lines.add_all([token], lambda text: text)
    return lines.text


class _Lines:
    def __init__(self) -> None:
        self.text = ""

    def add_all(self, tokens: list[Token], change) -> None:
        texts = [token for token in tokens if token.token_type == TokenType.TEXT]
        if not texts:
            return
        missing = texts[0].lineno - 1 - self.text.count("\n")
        self.text += "\n" * missing + change("".join(token.contents for token in texts))


def _text_faults(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if _is_language(line):
            yield number, "translate", line.strip()[:40]


def _tag_faults(tokens: list[Token]) -> Iterator[tuple[int, str, str]]:
    for token in tokens:
        if token.token_type == TokenType.TEXT:
            continue
        if TRUSTING.search(token.contents):
            yield token.lineno, "safe", token.contents[:40]
        if token.token_type == TokenType.BLOCK:
            for match in ARGUMENTS.finditer(token.contents):
                if _is_language(match[1] or match[2] or ""):
                    yield token.lineno, "translate", match[0]


def _is_language(text: str) -> bool:
    return bool(LETTERS.search(NAMES.sub("", re.sub(r"&\w+;|https?://\S+", "", text))))


class _Markup(HTMLParser):
    """Collects `(line, rule, what was found)`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str, str]] = []
        self._untranslated: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        is_untranslated = tag in UNTRANSLATED_ELEMENTS or values.get("translate") == "no"
        if tag not in VOID_ELEMENTS and (is_untranslated or self._untranslated):
            self._untranslated.append(tag)
        is_loaded = "src" in values or values.get("type") in DATA_BLOCKS
        if tag == "script" and not is_loaded:
            self._note("script", "<script>")
        if tag == "style" or "style" in values:
            self._note("style", f"<{tag}>")
        for name, value in values.items():
            self._check_attribute(tag, name, value, values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._untranslated:
            while self._untranslated.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._untranslated:
            return
        for offset, line in enumerate(data.split("\n")):
            if _is_language(line):
                self._note("translate", line.strip()[:40], offset)

    def _check_attribute(self, tag: str, name: str, value: str, values: dict[str, str]) -> None:
        address = value.strip().lower()
        if re.match(r"on|hx-on", name) or address.startswith("javascript:"):
            self._note("handler", f"{name}={value[:30]}")
        is_fetched = name in ADDRESSES or (tag == "link" and name == "href")
        if is_fetched and re.match(r"(https?:)?//", address):
            self._note("elsewhere", value[:40])
        is_shown = (
            name in ATTRIBUTES
            or (tag == "input" and name == "value" and values.get("type") in BUTTONS)
            or (tag == "meta" and name == "content" and values.get("name") in METAS)
        )
        if is_shown and values.get("translate") != "no" and _is_language(value):
            self._note("translate", f"{name}={value[:30]}")

    def _note(self, rule: str, found: str, offset: int = 0) -> None:
        self.found.append((self.getpos()[0] + offset, rule, found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
