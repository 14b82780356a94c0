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
ANY_CODE = re.compile(r"`[^`]+`")
STRONG = re.compile(r"\*\*([^*\n]{2,40})\*\*")
NUMBER = re.compile(r"(?<![\w.,/:#-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w/:-]|[.,]\d)")
_NAME = re.compile(
    r"\b(?:[A-Z][a-z]+|[A-Z]{2,}[a-z]?|[A-Z][a-z]+[A-Z]\w*)(?:[ -](?:[A-Z][a-z]+|[A-Z]{2,}))*\b"
)
_DETERMINER = re.compile(r"^(?:The|An?|This|That|These|Those|Each|Every|No|If|When|In|On|At|For) ")
# A noun shows itself by what stands before it, and by not being something else by its ending.
_NOUN = re.compile(
    r"\b(?:an?|the|each|every|no|its|their|one|two|three|several|many|of|by|in|with|for|from) "
    r"(?:[a-z-]{3,12} )?(?P<noun>[a-z][a-z-]{4,17})"
    r"(?= (?:is|are|was|were|has|have|can|must|may|will|does|do|of|that|which|with|in|on|for|to|"
    r"and|or|from|by|holds?|keeps?|shows?|stands?)\b|[.,;:)]|$)"
)
_OTHER_ENDINGS = ("ly", "ing", "ed", "ous", "ful", "less", "able", "ible", "est", "self", "selves")
_CALENDAR = words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december
    """
)
_COMMON = words(
    """
    about above after again against almost although always another around because become before
    behind being below between beyond cannot certain change could different during either enough
    everything example first follow following further given giving himself however important inside
    instead itself later least little longer matter might more most moment never nothing number
    often other others ourselves outside people perhaps place please possible question rather really
    reason right same second several should simply single something sometimes somewhere still
    thing things third those through together toward towards under unless until usually whatever
    whenever where whether which while whole whose within without would wrong yourself called
    already better anything everybody somebody nobody anybody neither themselves these there their
    every either other today tomorrow yesterday morning evening other half hand kind sort part parts
    time times days weeks months years hours minutes seconds lines words ones least word line name
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
    bare = ANY_CODE.sub(lambda m: " " * len(m[0]), text)
    found += [(m.start(), Term(m[1].strip(), m[0], "term")) for m in STRONG.finditer(bare)]
    bare = STRONG.sub(lambda m: " " * len(m[0]), bare)
    for match in _NAME.finditer(bare):
        name = _DETERMINER.sub("", match[0])
        sort = _sort_of_name(name, is_first=match.start() == 0 and name == match[0])
        if sort:
            found.append((match.start(), Term(name, name, sort)))
    return list({term.plain.casefold(): term for _at, term in sorted(found, key=_place)}.values())


def known_terms(sentences: Iterable[Sentence]) -> list[Term]:
    """All of a text; nouns that come again and again count as terms too."""
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
    """Nouns that come at least twice, the most frequent first."""
    counted: Counter[str] = Counter()
    for sentence in sentences:
        bare = ANY_CODE.sub(" ", sentence.text)
        counted.update({found["noun"] for found in _NOUN.finditer(bare) if _is_noun(found["noun"])})
    return [word for word, times in counted.most_common(80) if times >= 2]


def _is_noun(word: str) -> bool:
    return word not in _COMMON and not word.endswith(_OTHER_ENDINGS)


def _sort_of_name(name: str, *, is_first: bool) -> str:
    """At the beginning of a sentence one capital says nothing; days and months are no terms."""
    if set(name.casefold().split()) & _CALENDAR:
        return ""
    if name.isupper():
        return "acronym" if 3 <= len(name) <= 6 else ""
    if is_first and " " not in name:
        return ""
    return "name"


def _place(found: tuple[int, Term]) -> int:
    return found[0]
