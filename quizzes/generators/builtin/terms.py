"""The terms of a text, each with its sort: only what is of one sort may stand for each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from quizzes.generators.builtin.reading import Sentence


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CODE = re.compile(r"`([^`\n]{1,40})`")
STRONG = re.compile(r"\*\*([^*\n]{2,40})\*\*")
NUMBER = re.compile(r"(?<![\w.,/:#-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w/:-]|[.,]\d)")
_NAME = re.compile(
    r"\b(?:[A-Z][a-z]+|[A-Z]{2,}[a-z]?|[A-Z][a-z]+[A-Z]\w*)(?:[ -](?:[A-Z][a-z]+|[A-Z]{2,}))*\b"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{5,}")
_COMMON = words(
    """
    about above after again against almost although always another around because become before
    behind being below between beyond cannot certain change could different during either enough
    everything example first follow following further getting giving himself however important
    inside instead itself making member moment nothing number others ourselves outside people
    perhaps please possible question rather reason really second several should simply single
    something sometimes somewhere things through together toward towards under unless until
    usually whatever whenever where whether which while whole within without would yourself
    called really already better matter itself whose things anything everybody somebody nobody
    anybody neither themselves little
    """
)


@dataclass(frozen=True)
class Term:
    """`shown` is how it stands in the text, with its marks; `plain` is the word itself."""

    plain: str
    shown: str
    sort: str


def terms_in(text: str) -> list[Term]:
    """In the order in which they stand, each once."""
    found = [
        (m.start(), Term(m[1].strip(), m[0], f"code {shape_of(m[1])}")) for m in CODE.finditer(text)
    ]
    bare = CODE.sub(lambda m: " " * len(m[0]), text)
    found += [(m.start(), Term(m[1].strip(), m[0], "term")) for m in STRONG.finditer(bare)]
    bare = STRONG.sub(lambda m: " " * len(m[0]), bare)
    for match in _NAME.finditer(bare):
        # At the beginning of a sentence a capital says nothing, unless there are more of them.
        if match.start() > 0 or match[0].isupper() or " " in match[0]:
            sort = "acronym" if match[0].isupper() and len(match[0]) <= 6 else "name"
            found.append((match.start(), Term(match[0], match[0], sort)))
    return list({term.plain.casefold(): term for _at, term in sorted(found, key=_place)}.values())


def known_terms(sentences: Iterable[Sentence]) -> list[Term]:
    """All of a text; longer words that come again and again count as terms too."""
    sentences = list(sentences)
    known: dict[tuple[str, str], Term] = {}
    for sentence in sentences:
        for term in terms_in(sentence.text):
            known.setdefault((term.sort, term.plain.casefold()), term)
    return list(known.values()) + [Term(word, word, "word") for word in _frequent(sentences)]


def shape_of(code: str) -> str:
    """What sort of code it is, by its looks."""
    text = code.strip()
    shapes = (
        ("call", r"[\w.]+\(.*\)"),
        ("flag", r"--?[\w-]+(=.*)?"),
        ("status", r"[1-5]\d\d"),
        ("number", r"[-+]?\d+(\.\d+)?"),
        ("path", r"[~.]?/[\w./<>{}*-]*|[\w-]+/[\w./-]*"),
        (
            "file",
            r"\.?[\w-]+\.(py|js|ts|md|txt|json|ya?ml|toml|html|css|sql|sh|csv|env|lock|ini|cfg)",
        ),
        ("constant", r"[A-Z][A-Z0-9_]+"),
        ("keywords", r"[A-Z][A-Z ]+[A-Z]"),
        ("class", r"[A-Z][a-z]\w*"),
        ("dotted", r"\w+(\.\w+)+"),
        ("name", r"[a-z_]\w*"),
        ("command", r"[a-z][\w-]*( [^ ]+)+"),
    )
    return next((name for name, shape in shapes if re.fullmatch(shape, text)), "other")


def _frequent(sentences: Iterable[Sentence]) -> list[str]:
    counted: Counter[str] = Counter()
    for sentence in sentences:
        bare = CODE.sub(" ", sentence.text)
        counted.update({word.lower() for word in _WORD.findall(bare)} - _COMMON)
    return [word for word, times in counted.most_common(60) if times >= 2]


def _place(found: tuple[int, Term]) -> int:
    return found[0]
