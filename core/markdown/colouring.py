"""Code in colours: each stretch by its part of speech, as a class; by Pygments, on the server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name, get_all_lexers
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    _TokenType,
)

# Beyond these it stays plain. Lexers are made of expressions, some of which look ahead at every
# turn as far as there are words or blank lines; in real code punctuation ends them soon.
LONGEST = 10_000
LONGEST_LINE = 1_000
LONGEST_RUN = 500

# By the first name that Pygments has for each; its other names for the same are understood too.
# What is not here stays plain: of Pygments' six hundred lexers some take minutes for twenty lines.
_NAMES = (
    "awk bash batch c cmake console cpp csharp css dart diff django docker elixir go gherkin "
    "graphql groovy haskell html http ini java javascript json jsx julia kotlin less lua make "
    "markdown mysql nginx numpy objective-c output perl php postgresql powershell promql "
    "properties protobuf psql pycon python pytb splus rust scala scss spec sparql sql sqlite3 "
    "swift text toml tsx typescript vim vue xml yaml zig"
)
LANGUAGES = frozenset(_NAMES.split())
MORE_NAMES = {
    "jinja2": "django",
    "jsonc": "json",
    "kt": "kotlin",
    "svelte": "html",
    "systemd": "ini",
}
_PARTS = {
    Comment: "comment",
    Comment.Preproc: "kind",
    Generic.Deleted: "removed",
    Generic.Heading: "word",
    Generic.Inserted: "added",
    Generic.Prompt: "comment",
    Generic.Subheading: "kind",
    Keyword: "word",
    Keyword.Constant: "number",
    Keyword.Type: "kind",
    Name.Attribute: "kind",
    Name.Builtin: "kind",
    Name.Class: "name",
    Name.Constant: "number",
    Name.Decorator: "kind",
    Name.Entity: "number",
    Name.Exception: "kind",
    Name.Function: "name",
    Name.Tag: "word",
    Number: "number",
    Operator.Word: "word",
    String: "string",
    String.Escape: "number",
    String.Interpol: "number",
    Text: "",
    Punctuation: "",
}
_RUN = re.compile(r"[\w\s$@]+")
_Stretch = tuple[str, str]


def coloured(code: str, language: str) -> SafeString:
    return _html(_stretches(code, language))


def coloured_lines(code: str, language: str) -> list[SafeString]:
    """The same, line by line: what goes over several lines is opened anew in each."""
    lines: list[list[_Stretch]] = [[]]
    for part, text in _stretches(code.strip("\n"), language):
        first, *others = text.split("\n")
        lines[-1].append((part, first))
        lines += [[(part, other)] for other in others]
    return [_html(line) for line in lines]


def language_name(language: str) -> str:
    """As one says it, such as PostgreSQL; as it was written where nobody here knows it."""
    lexer = _lexer(language)
    return lexer.name if lexer else language


def _html(stretches: Iterable[_Stretch]) -> SafeString:
    """Escaped whatever it is marked as: code is never markup."""
    shown = (
        f'<span class="code-{part}">{escape(text)}</span>' if part else escape(text)
        for part, text in stretches
        if text
    )
    return mark_safe("".join(shown))  # noqa: S308


def _stretches(code: str, language: str) -> list[_Stretch]:
    lexer = _lexer(language)
    if lexer is None or _is_too_much(code):
        return [("", code)]
    joined = [
        (part, "".join(text for _kind, text in together))
        for part, together in groupby(lexer.get_tokens(code), key=lambda pair: _part(pair[0]))
    ]
    if not code.endswith("\n"):
        _take_back_newline(joined)
    # No lexer may change what somebody wrote.
    return joined if "".join(text for _part, text in joined) == code else [("", code)]


def _take_back_newline(stretches: list[_Stretch]) -> None:
    """Lexers know what a line is by its end, and are given one where there is none."""
    if stretches and stretches[-1][1].endswith("\n"):
        part, text = stretches.pop()
        stretches.append((part, text[:-1]))


def _is_too_much(code: str) -> bool:
    return (
        len(code) > LONGEST
        or any(len(line) > LONGEST_LINE for line in code.split("\n"))
        or any(len(run[0]) > LONGEST_RUN for run in _RUN.finditer(code))
    )


def _part(kind: _TokenType) -> str:
    return next((_PARTS[each] for each in _upward(kind) if each in _PARTS), "")


def _upward(kind: _TokenType) -> Iterator[_TokenType]:
    here: _TokenType | None = kind
    while here is not None:
        yield here
        here = here.parent


def _lexer(language: str) -> Lexer | None:
    known = _known().get(language.lower())
    return _lexer_class(known)(stripnl=False) if known else None


@cache
def _known() -> dict[str, str]:
    """Every name of our languages, with the first one of the same."""
    names = {
        name: aliases[0]
        for _name, aliases, _files, _types in get_all_lexers(plugins=False)
        for name in aliases
        if aliases[0] in LANGUAGES
    }
    return {**names, **MORE_NAMES}


@cache
def _lexer_class(language: str) -> type[Lexer]:
    return find_lexer_class_by_name(language)
