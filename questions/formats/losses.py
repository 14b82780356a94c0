"""What becomes of a question in a format: what stays of it, and what is said to be lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questions.formats.drafts import Draft, read_entry, texts_in, without_unseen, written_of
from questions.formats.pictures import NO_PICTURES, Taken, in_file
from questions.formats.table import CHARACTERS, LOST, PICTURES, QUESTION, assumed_scoring
from questions.images import named_in
from questions.kinds.fill_blanks import BLANK

_SILENT: Mapping[str, Any] = {
    "marks": "1",
    "difficulty": "medium",
    "scoring": "all_or_nothing",
    "tolerance": "0",
    "max_files": 1,
}


@dataclass(frozen=True)
class Loss:
    """`question` is its reference, or its number in the bank."""

    question: str
    text: str
    parts: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return QUESTION in self.parts


def parts_of(written: Mapping[str, Any]) -> set[str]:
    """What it says beyond what goes without saying, by the names of the table."""
    parts = {name for name, said in written.items() if said and said != _SILENT.get(name)}
    parts -= {"type", "feedback_true", "feedback_false"}
    if written["type"] == "MULTIPLE":
        parts.add("scoring")
    rows = written.get("choices", ())
    is_said = any(row.get("feedback") for row in rows)
    if is_said or written.get("feedback_true") or written.get("feedback_false"):
        parts.add("feedback")
    blanks = written.get("blanks", {})
    if any(blank.get("case_sensitive") for blank in blanks.values()):
        parts.add("case_sensitive")
    if blanks and BLANK.findall(written["text"]) != _numbers(len(blanks)):
        parts.add("names")
    if named_in(texts_in(written)):
        parts.add(PICTURES)
    return parts


def carried(
    written: Draft,
    format_: str,
    also: frozenset[str] = frozenset(),
    *,
    taken: Taken = NO_PICTURES,
    without_pictures: Iterable[str] = (),
) -> tuple[Draft | None, set[str]]:
    """What the format carries of it (None where nothing is left), and the parts that are lost.

    `also` are parts that it would carry of others. Of pictures it takes along those `taken` that
    texts show, but for those texts that are without.
    """
    lost_by_type = LOST[format_]
    lost = (parts_of(written) & lost_by_type.get(written["type"], frozenset())) | also
    if written["type"] not in lost_by_type or QUESTION in also:
        return None, {QUESTION}
    kept = written
    if (seen := without_unseen(written)) != written:
        kept, lost = seen, lost | {CHARACTERS}
    kept = _without(kept, lost_by_type[written["type"]] | also)
    if kept.get("scoring") == written.get("scoring"):
        lost -= {"scoring"}
    stays_behind = (in_file(text, taken, "") for text in texts_in(kept))
    if named_in([*stays_behind, *without_pictures]):
        lost = lost | {PICTURES}
    entry = read_entry(kept).entry
    return (None, {QUESTION}) if entry is None else (written_of(entry), lost)


def with_blank_names(written: Draft, names: Sequence[str]) -> Draft:
    """The same with blanks that are called so, in the order in which they stand in the text."""
    renamed = dict(zip(BLANK.findall(written["text"]), names, strict=True))
    return {
        **written,
        "text": BLANK.sub(lambda found: f"{{{{{renamed[found[1]]}}}}}", written["text"]),
        "blanks": {renamed[name]: blank for name, blank in written["blanks"].items()},
    }


def _without(written: Draft, parts: frozenset[str]) -> Draft:
    kept = {name: said for name, said in written.items() if name not in parts - {"scoring"}}
    if "scoring" in parts and "scoring" in kept:
        kept["scoring"] = assumed_scoring(written)
    if "feedback" in parts:
        kept.pop("feedback_true", None)
        kept.pop("feedback_false", None)
        if "choices" in kept:
            kept["choices"] = [
                {name: said for name, said in row.items() if name != "feedback"}
                for row in kept["choices"]
            ]
    if "case_sensitive" in parts and "blanks" in kept:
        kept["blanks"] = {
            name: {"accepted": blank["accepted"]} for name, blank in kept["blanks"].items()
        }
    if "names" in parts and "blanks" in kept:
        return with_blank_names(kept, _numbers(len(kept["blanks"])))
    return kept


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]
