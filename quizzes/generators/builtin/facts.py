"""What a text states: definitions, sentences that stand by themselves, numbers, lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quizzes.generators.builtin.reading import Listing, Reading, Sentence
from quizzes.generators.builtin.terms import ANY_CODE, CODE, NUMBER, STRONG, Term, shape_of, words
from quizzes.generators.checking import exact_span

SHORTEST, LONGEST = 40, 260
# Words that point at something before, or at the reader: without it such a sentence says little.
_LEANS = re.compile(
    r"^(?:[*_\"“\u2018(]*)(?:this|that|these|those|it|its|they|their|them|he|she|his|her|we|our|us|"
    r"you|your|i|here|there|then|thus|so|but|and|or|yet|also|however|therefore|instead|otherwise|such|both|"
    r"neither|either|each of|another|others?|one of (?:these|them)|now|again|still|besides|"
    r"for example|in this|in that|at this|the (?:same|latter|former|first|second|third|last|next|"
    r"other|rest|above|following)|some of (?:these|them)|all of (?:these|them|this)|nothing|"
    r"everything|anything|what|which|who|when you|if you|as you|once you|before you|after you|"
    r"with this|with that|by then|until then|because of (?:this|that)|not)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:above|below|as follows|the following|this (?:step|project|chapter|section|page|lesson|"
    r"exercise|week|task)|see (?:the|also)|figure \d|table \d|your|you|yourself|we|our|us|my|"
    r"these|those|this|mentioned)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|cannot|may|must|will|does|do|did|should|[a-z]{3,}(?:s|ed|es))\b"
)
_DEFINED = re.compile(
    r"^(?P<article>An?|The)?\s*(?P<term>`[^`]+`|\*\*[^*]+\*\*|[A-Za-z][\w-]*(?: [\w-]+){0,3})"
    r"(?P<aside> \([^)]{1,40}\))?,? (?P<verb>is|are|means|mean|describes|denotes)"
    r" (?P<rest>(?:an?|the|one|any|how|where|what|when|whatever|whoever|the part|all)\b.{14,180})$",
    re.DOTALL,
)
_ENTRY = re.compile(
    r"^(?P<term>`[^`]+`|\*\*[^*]+\*\*)(?P<aside> \([^)]{1,40}\))?"
    r"\s*(?::|\u2013|\u2014|-|=|\bis\b|\bare\b)\s*(?P<rest>\S.{14,180})$"
)
_LABEL = re.compile(
    r"(?:step|project|chapter|section|week|part|version|python|figure|table|page|no\.?|rfc|iso|"
    r"utf|level)$"
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_NO_TERM = words(
    """
    this that it there what here which who one each all both everything nothing something
    anything reason idea point way thing problem answer question result difference first second
    third next last rest same other most more less part goal aim rule trick key best only
    """
)


# What tells the reader to do something says nothing that could be asked about.
_COMMANDS = words(
    """
    add aim allow apply argue arrange ask assume attach avoid be begin bring build call check choose
    clean click close come commit compare complete consider copy count cover create cut decide
    declare define delete describe deploy design do document don't download draw drop edit enter
    ensure expect explain export fetch fill filter find finish fix follow forget format get give go
    group guess handle hide imagine import include insert install join keep know leave let link list
    load log look mail make mark measure merge mind mock move name never note notice open order pass
    paste pay pick plan point practise prefer prepare press print protect prove pull push put query
    raise reach read record refuse remember remove rename repeat replace report require resist
    restart return review rewrite round run save say search see select send serve set share show
    sign skip solve sort start state stay stop store study submit suppose take tell test think throw
    time trace track treat try turn type understand update upload use verify wait walk watch work
    wrap write
    """
)
_LABELLED = re.compile(r"^(?:\*\*[^*]+\*\*|__[^_]+__)(?:[,.;]|\s+(?!is\b|are\b|means?\b))")
_STORY = re.compile(r"\b(?:was|were|had|did|said|asked|told|came|went|got|gave|took|made)\b")


@dataclass(frozen=True)
class Definition:
    """`rest` says what the term is, without its full stop."""

    term: Term
    verb: str
    rest: str
    sentence: Sentence

    @property
    def is_plural(self) -> bool:
        return self.verb in {"are", "mean"}


def stands_alone(sentence: Sentence) -> bool:
    """Says something that can be asked about without what stands around it."""
    text = sentence.text
    bare = ANY_CODE.sub(" ", text)
    if not SHORTEST <= len(text) <= LONGEST or text[-1] not in ".!।" or text.count("|") > 1:
        return False
    if _LEANS.match(text) or _POINTS.search(bare) or _LABELLED.match(text) or "](" in text:
        return False
    if text.split()[0].strip('*_"“(').casefold() in _COMMANDS:
        return False
    if text.isascii() and not _VERB.search(bare):
        return False
    return text.count("(") == text.count(")") and text.count("`") % 2 == 0


def worth_of(sentence: Sentence) -> float:
    """What speaks of something once, or of something that is not named, is asked about last."""
    text = ANY_CODE.sub(" ", sentence.text)
    worth = 0.0
    if _STORY.search(text):
        worth -= 1.5
    if re.search(r"\b(?:it|they|them|he|she|him)\b", text[: len(text) // 2], re.IGNORECASE):
        worth -= 0.7
    if re.search(r"[\"“”]|\?", text):
        worth -= 0.5
    if len(text.split()) < 8:
        worth -= 0.5
    return worth


def definitions_in(reading: Reading) -> list[Definition]:
    """Each term once, by the first sentence that says what it is."""
    found: dict[str, Definition] = {}
    for sentence in reading.sentences:
        definition = _defined(sentence)
        if definition is not None:
            found.setdefault(definition.term.plain.casefold(), definition)
    for listing in reading.listings:
        for item in listing.items:
            definition = _entry(item, listing)
            if definition is not None:
                found.setdefault(definition.term.plain.casefold(), definition)
    return list(found.values())


def numbers_in(sentence: Sentence) -> list[re.Match[str]]:
    """Those that say how much or how many: no years of dates, no numbers of steps."""
    text = ANY_CODE.sub(lambda found: " " * len(found[0]), sentence.text)
    return [found for found in NUMBER.finditer(text) if not _is_label(text, found)]


def _defined(sentence: Sentence) -> Definition | None:
    text = sentence.text
    match = _DEFINED.match(text) or _ENTRY.match(text)
    if match is None or not 30 <= len(text) <= LONGEST or _POINTS.search(text):
        return None
    verb = match.groupdict().get("verb") or "is"
    return _definition(match["term"], verb, match["rest"], sentence)


def _entry(item: str, listing: Listing) -> Definition | None:
    match = _ENTRY.match(item)
    if match is None or _POINTS.search(item):
        return None
    rest = re.split(r"(?<=[.!?])\s", match["rest"])[0]
    said = item[: match.end("rest")]
    # The list may have broken it over lines.
    span = exact_span(listing.span, said) or said
    return _definition(match["term"], "is", rest, Sentence(span, listing.section))


def _definition(shown: str, verb: str, rest: str, sentence: Sentence) -> Definition | None:
    plain = shown.strip("`*").strip(" :")
    rest = rest.strip().rstrip(".!;,")
    words = plain.casefold().split()
    if not words or set(words) & _NO_TERM or plain.casefold() in rest.casefold():
        return None
    is_plain = rest.count("(") == rest.count(")") and not re.search(r"\]\(|[.:!?] |:$", rest)
    if len(rest) > 180 or not is_plain or rest.split()[0].casefold() in _COMMANDS:
        return None
    if CODE.fullmatch(shown):
        sort = f"code {shape_of(plain)}"
    else:
        sort = "term" if STRONG.fullmatch(shown) else "name"
    return Definition(Term(plain, shown.strip("*"), sort), verb, rest, sentence)


def _is_label(text: str, found: re.Match[str]) -> bool:
    before, after = text[: found.start()].rstrip().lower(), text[found.end() :].lstrip().lower()
    if _LABEL.search(before) or after.startswith(_MONTHS):
        return True
    number = found[1].replace(",", "")
    is_year = len(number) == 4 and number.startswith(("19", "20"))
    return is_year or number in {"0", "1"}
