"""What a draft has to be before it becomes a question: pure, and the same for every generator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from questions.formats.drafts import Entry, read_entry
from questions.kinds import Outline, QuestionType
from quizzes.generators.languages import LANGUAGES, fits_language
from quizzes.generators.port import MADE_TYPES, Draft, Wish
from quizzes.generators.similarity import Asked

FEWEST_CHOICES, MOST_CHOICES = 3, 6
LONGEST_QUESTION, LONGEST_CHOICE, SHORTEST_EXPLANATION = 4_000, 600, 12
# A right choice that is so much longer than every wrong one can be told by its looks.
STANDS_OUT_TIMES, STANDS_OUT_BY = 2.0, 60

_OF_THE_ABOVE = re.compile(
    r"\b(all|none|both|neither|any)\s+(of\s+)?(the\s+)?(above|below|these|options|choices)\b"
    r"|उपरोक्त\s+(सभी|में से कोई नहीं)|इनमें से (सभी|कोई नहीं)",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)
_STRAY_FENCE = re.compile(r"[^\s>`~-][^\n`]*```|```[^\n`]*```[^\n]*\S", re.MULTILINE)
_CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]+`", re.DOTALL)
# HTML, links and pictures: nothing that a question needs, and what an obeying model would bring.
_MARKUP = re.compile(
    r"</?[a-z][^>\n]*>|<!--|!?\[[^\]\n]*\]\([^)\n]*\)|\b(?:javascript:|data:\w+/)", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s)>\"'`]*", re.IGNORECASE)
_EDGES = re.compile(r"^[\s`\"'“”\u2018\u2019*_(]+|[\s`\"'“”\u2018\u2019*_.;,)]+$")


@dataclass(frozen=True)
class Checked:
    """`entry` is there when there are no faults. `span` is exact: it stands in the source so.

    `resembled` is the question that asks something near to it, if one does.
    """

    entry: Entry | None
    span: str
    faults: tuple[str, ...]
    resembled: int | None = None


def check(draft: Draft, *, wish: Wish, asked: Asked) -> Checked:
    """All that is wrong with a draft, in words for whoever mends it; duplicates last."""
    reading = read_entry(_without_unasked(draft.written))
    faults = [f"{problem.field}: {problem.message}" for problem in reading.problems]
    if reading.entry is None:
        return Checked(None, "", tuple(faults))
    entry = reading.entry
    faults += _faults_of(entry, wish)
    span, fault = _span_in(wish.source, draft.span)
    faults += fault
    if not faults and asked.knows(entry.outline.text):
        faults.append("text: This question, or nearly this one, is asked already.")
    if faults:
        return Checked(None, "", tuple(faults))
    sound = replace(entry, reference="", subject="", chapter="")
    return Checked(sound, span, (), asked.resembled_by(entry.outline.text))


def exact_span(source: str, quoted: str) -> str | None:
    """The passage as it stands in the source, whatever was done to its spaces; None if nowhere."""
    words = quoted.split()
    if not words:
        return None
    if quoted in source:
        return quoted
    found = re.search(r"\s+".join(re.escape(word) for word in words), source)
    return found[0] if found else None


def _without_unasked(written: Mapping[str, Any]) -> dict[str, Any]:
    """What a generator does not decide: names that a file would give, and where it belongs."""
    return {
        name: said
        for name, said in written.items()
        if name not in {"reference", "subject", "chapter", "marks"}
    }


def _faults_of(entry: Entry, wish: Wish) -> list[str]:
    outline = entry.outline
    words = _words_of(outline)
    allowed = (*wish.types, *wish.spare) or tuple(MADE_TYPES)
    faults = []
    if outline.type not in allowed:
        faults.append(f"type: Only {', '.join(allowed)} are wanted.")
    if wish.difficulty and entry.difficulty != wish.difficulty:
        faults.append(f"difficulty: It is to be {wish.difficulty}.")
    if len(entry.explanation) < SHORTEST_EXPLANATION:
        faults.append("explanation: Say in a sentence or two why the answer is right.")
    if len(outline.text) > LONGEST_QUESTION:
        faults.append(f"text: Write at most {LONGEST_QUESTION} characters.")
    faults += _faults_of_choices(outline, wish)
    if not all(_has_whole_code(text) for text in (*words, entry.explanation)):
        faults.append("text: A code block is broken: each fence stands on a line of its own.")
    if not fits_language(" ".join((outline.text, entry.explanation)), wish.language):
        faults.append(f"text: Write it in {LANGUAGES[wish.language][0]}.")
    known = f"{wish.source} {wish.prompt}"
    said = "\n".join((*words, entry.explanation))
    if _MARKUP.search(_CODE.sub(" ", said)):
        faults.append("text: Write no HTML, no links and no pictures; code stands in backticks.")
    if any(address not in known for address in _ADDRESS.findall(said)):
        faults.append("text: It names an address that is not in what was given.")
    return faults


def _faults_of_choices(outline: Outline, wish: Wish) -> list[str]:
    if outline.type not in {QuestionType.SINGLE, QuestionType.MULTIPLE}:
        return []
    faults, texts = [], [choice.text for choice in outline.choices]
    if not FEWEST_CHOICES <= len(texts) <= MOST_CHOICES:
        faults.append(f"choices: Write {FEWEST_CHOICES} to {MOST_CHOICES} choices.")
    if len({_EDGES.sub("", text).casefold() for text in texts}) != len(texts):
        faults.append("choices: Two choices say the same.")
    if any(len(text) > LONGEST_CHOICE for text in texts):
        faults.append(f"choices: Each has at most {LONGEST_CHOICE} characters.")
    is_asked = _OF_THE_ABOVE.search(wish.prompt)
    if not is_asked and any(_OF_THE_ABOVE.search(text) for text in texts):
        faults.append("choices: No choice speaks of the others, such as “all of the above”.")
    if outline.type == QuestionType.SINGLE and _stands_out(outline):
        faults.append("choices: The right one can be told by its length.")
    return faults


def _stands_out(outline: Outline) -> bool:
    right = max(len(choice.text) for choice in outline.choices if choice.is_correct)
    wrong = max(len(choice.text) for choice in outline.choices if not choice.is_correct)
    return right > STANDS_OUT_TIMES * wrong and right > wrong + STANDS_OUT_BY


def _words_of(outline: Outline) -> list[str]:
    sides = [*outline.body.get("left", ()), *outline.body.get("right", ())]
    return [
        outline.text,
        *(choice.text for choice in outline.choices),
        *(side["text"] for side in sides),
    ]


def _has_whole_code(text: str) -> bool:
    """Each fence that opens is closed, and none stands in the middle of a line."""
    if "```" not in text and "~~~" not in text:
        return True
    opened = ""
    for found in _FENCE.finditer(text):
        mark = found[1]
        if not opened:
            opened = mark
        elif mark[0] == opened[0] and len(mark) >= len(opened):
            opened = ""
    return not opened and not _STRAY_FENCE.search(text)


def _span_in(source: str, quoted: str) -> tuple[str, list[str]]:
    if not source:
        return "", []
    span = exact_span(source, quoted)
    if span is None:
        return "", ["quote: Copy the passage that it rests on from the text, word for word."]
    return span, []
