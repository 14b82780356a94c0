"""Questions as pages show them: `asked` to be answered, `reviewed` with what is right and why.

Plain objects for templates. What `asked` makes holds nothing of a key; how the kinds differ is
said once for answering and once for looking back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.files.models import StoredFile
from questions.kinds import Deal, Material, QuestionType, kind_of
from questions.kinds.by_hand import LONGEST_ESSAY
from questions.kinds.choosing import FALSE, TRUE
from questions.kinds.fill_blanks import LONGEST as LONGEST_BLANK
from questions.kinds.numeric import LONGEST as LONGEST_NUMBER
from questions.kinds.numeric import number_and_unit
from questions.kinds.short_text import LONGEST as LONGEST_SHORT_TEXT
from questions.kinds.short_text import is_accepted
from questions.models import QuestionVersion

RIGHT, PARTLY, WRONG, WAITING, EMPTY = "right", "partly", "wrong", "waiting", "empty"


@dataclass(frozen=True)
class Option:
    """`place` is where it was put, from 1."""

    value: int
    text: str
    is_chosen: bool = False
    place: int | None = None
    is_right: bool = False
    right_place: int | None = None
    feedback: str = ""


@dataclass(frozen=True)
class Side:
    """A right side, or a left one with the right side that was chosen for it."""

    id: str
    text: str
    chosen: str = ""
    chosen_text: str = ""
    is_right: bool = False
    right_text: str = ""


@dataclass(frozen=True)
class Blank:
    id: str
    number: int
    said: str = ""
    is_right: bool = False
    right: str = ""


@dataclass(frozen=True)
class Upload:
    id: str
    name: str
    size: int | None = None


@dataclass(frozen=True)
class Shown:
    """`name` begins the names of all its controls, which `questions.answering` reads."""

    id: int
    type: str
    text: str
    name: str
    marks: Decimal | None
    position: int | None
    is_answered: bool
    said: str = ""
    unit: str = ""
    longest: int = 0
    has_units: bool = False
    language: str = ""
    starter: str = ""
    min_words: int = 0
    max_words: int = 0
    max_files: int = 0
    options: Sequence[Option] = ()
    lefts: Sequence[Side] = ()
    rights: Sequence[Side] = ()
    blanks: Sequence[Blank] = ()
    uploads: Sequence[Upload] = ()
    sends_to: str = ""
    error: str = ""

    @property
    def part(self) -> str:
        """The template of its kind."""
        return PARTS[QuestionType(self.type)]

    @property
    def is_one_choice(self) -> bool:
        return self.type in {QuestionType.SINGLE, QuestionType.TRUE_FALSE}


@dataclass(frozen=True)
class Reviewed(Shown):
    """`is_key`: looked at without any answer, by those who teach; `is_own`: by who answered."""

    is_key: bool = False
    is_own: bool = True
    state: str = EMPTY
    score: Decimal | None = None
    right: str = ""
    also_right: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    model_answer: str = ""
    explanation: str = ""
    sources: Sequence[Mapping[str, str]] = field(default_factory=tuple)


PARTS = {
    QuestionType.SINGLE: "choices",
    QuestionType.MULTIPLE: "choices",
    QuestionType.TRUE_FALSE: "choices",
    QuestionType.NUMERIC: "number",
    QuestionType.SHORT_TEXT: "short_text",
    QuestionType.MATCHING: "matching",
    QuestionType.ORDERING: "ordering",
    QuestionType.FILL_BLANKS: "blanks",
    QuestionType.ESSAY: "essay",
    QuestionType.FILE_UPLOAD: "files",
    QuestionType.CODE: "code",
}


def field_name(question: int) -> str:
    return f"q{question}"


def asked(
    version: QuestionVersion,
    *,
    deal: Deal | None = None,
    response: Any = None,
    marks: Decimal | None = None,
    position: int | None = None,
    files: Mapping[str, StoredFile] | None = None,
    sends_to: str = "",
    error: str = "",
) -> Shown:
    """To be answered. `response` may be what was written and is no sound answer, with its `error`.

    `files` are those that answers name (`files_of`), `sends_to` is where files are sent at once.
    """
    material = version.material
    shown = Shown(
        id=version.question_id,
        type=version.type,
        text=version.text,
        name=field_name(version.question_id),
        marks=version.marks if marks is None else marks,
        position=position,
        is_answered=response is not None,
        sends_to=sends_to,
        error=error,
    )
    filled = {**_body(material, deal or _own_order(material)), **_said(material, response)}
    return _with_answer(replace(shown, **filled), response, files or {})


def reviewed(
    version: QuestionVersion,
    *,
    deal: Deal | None = None,
    response: Any = None,
    score: Decimal | None = None,
    marks: Decimal | None = None,
    position: int | None = None,
    files: Mapping[str, StoredFile] | None = None,
    is_for_graders: bool = False,
    is_own: bool = True,
) -> Reviewed:
    """With what is right and why. Neither a response nor a score: the question with its key.

    `is_for_graders` adds what students are not told of a key; `is_own` is whether whoever looks
    is the one who answered.
    """
    material = version.material
    shown = asked(
        version, deal=deal, response=response, marks=marks, position=position, files=files
    )
    is_key = response is None and score is None
    told = Reviewed(
        **{name: getattr(shown, name) for name in Shown.__dataclass_fields__},
        is_key=is_key,
        is_own=is_own,
        state=_state(response, score, shown.marks),
        score=score,
        explanation=version.explanation,
        sources=tuple(version.sources),
    )
    if is_key or is_for_graders:
        told = replace(told, **_for_graders(material))
    return replace(told, **_RIGHT[QuestionType(version.type)](material, told))


def files_of(responses: Iterable[Any]) -> dict[str, StoredFile]:
    """The files that answers name, in one query for all of them."""
    ids = {each for response in responses for each in _file_ids(response)}
    if not ids:
        return {}
    return {str(file.pk): file for file in StoredFile.objects.filter(pk__in=ids)}


def _file_ids(response: Any) -> Iterable[str]:
    if not isinstance(response, list):
        return ()
    return [each for each in response if isinstance(each, str) and _is_id(each)]


def _is_id(said: str) -> bool:
    try:
        return bool(UUID(said))
    except ValueError:
        return False


def _own_order(material: Material) -> Deal:
    return kind_of(material.type).deal(material, seed=0, shuffle=False)


def _body(material: Material, deal: Deal) -> dict[str, Any]:
    """What there is to answer with."""
    body = material.body
    texts = {choice.id: choice.text for choice in material.choices}
    match QuestionType(material.type):
        case QuestionType.NUMERIC:
            return {"has_units": bool(body.get("has_units")), "longest": LONGEST_NUMBER}
        case QuestionType.SHORT_TEXT:
            return {"longest": LONGEST_SHORT_TEXT}
        case QuestionType.MATCHING:
            rights = {each["id"]: each["text"] for each in body["right"]}
            return {
                "lefts": [Side(each["id"], each["text"]) for each in body["left"]],
                "rights": [Side(name, rights[name]) for name in deal.right],
            }
        case QuestionType.FILL_BLANKS:
            names = [each["id"] for each in body["blanks"]]
            return {
                "blanks": [Blank(name, number) for number, name in enumerate(names, start=1)],
                "longest": LONGEST_BLANK,
            }
        case QuestionType.ESSAY:
            limits = {name: body.get(name) or 0 for name in ("min_words", "max_words")}
            return {**limits, "longest": LONGEST_ESSAY}
        case QuestionType.CODE:
            words = {name: body.get(name) or "" for name in ("language", "starter")}
            return {**words, "longest": LONGEST_ESSAY}
        case QuestionType.FILE_UPLOAD:
            return {"max_files": body.get("max_files") or 1}
        case QuestionType.TRUE_FALSE:
            words = {TRUE: _("True"), FALSE: _("False")}
            return {"options": [Option(id_, words[texts[id_]]) for id_ in deal.choices]}
    return {"options": [Option(id_, texts[id_]) for id_ in deal.choices]}


def _said(material: Material, response: Any) -> dict[str, Any]:
    """An answer in words, where it is one."""
    if not isinstance(response, str):
        return {}
    if material.type == QuestionType.NUMERIC and material.body.get("has_units"):
        number, unit = number_and_unit(response)
        return {"said": number, "unit": unit}
    return {"said": response}


def _with_answer(shown: Shown, response: Any, files: Mapping[str, StoredFile]) -> Shown:
    """The rest of an answer, at what it was given for."""
    if shown.type == QuestionType.FILE_UPLOAD:
        known = [(id_, files.get(id_)) for id_ in _file_ids(response)]
        uploads = [
            Upload(id_, file.name if file else _("A file"), file.size if file else None)
            for id_, file in known
        ]
        return replace(shown, uploads=uploads)
    if shown.type == QuestionType.ORDERING:
        return replace(shown, options=_placed(shown.options, response))
    if isinstance(response, Mapping):
        texts = {side.id: side.text for side in shown.rights}
        chosen = {name: said for name, said in response.items() if isinstance(said, str)}
        return replace(
            shown,
            lefts=[
                replace(left, chosen=name, chosen_text=texts.get(name, ""))
                for left in shown.lefts
                for name in [chosen.get(left.id, "")]
            ],
            blanks=[replace(blank, said=chosen.get(blank.id, "")) for blank in shown.blanks],
        )
    if isinstance(response, list):
        return replace(
            shown,
            options=[replace(each, is_chosen=each.value in response) for each in shown.options],
        )
    return shown


def _placed(options: Sequence[Option], response: Any) -> list[Option]:
    """In the order that was given; by places one by one where those make no order."""
    if isinstance(response, list):
        places = {id_: place for place, id_ in enumerate(response, start=1)}
        known = [replace(each, place=places.get(each.value)) for each in options]
        return sorted(known, key=lambda each: each.place or 0)
    if isinstance(response, Mapping):
        return [replace(each, place=response.get(each.value)) for each in options]
    return list(options)


def _state(response: Any, score: Decimal | None, marks: Decimal | None) -> str:
    if response is None:
        return EMPTY
    if score is None:
        return WAITING
    if score == marks:
        return RIGHT
    return PARTLY if score else WRONG


def _of_choices(material: Material, told: Reviewed) -> dict[str, Any]:
    known = {choice.id: choice for choice in material.choices}
    return {
        "options": [
            replace(
                each,
                is_right=known[each.value].is_correct,
                feedback=known[each.value].feedback,
            )
            for each in told.options
        ]
    }


def _of_order(material: Material, told: Reviewed) -> dict[str, Any]:
    """As it should be, each with the place that it was given."""
    right = {choice.id: choice.place for choice in material.choices}
    options = [
        replace(
            each,
            right_place=right[each.value],
            is_right=told.is_key or each.place == right[each.value],
        )
        for each in told.options
    ]
    return {"options": sorted(options, key=lambda each: each.right_place or 0)}


def _of_pairs(material: Material, told: Reviewed) -> dict[str, Any]:
    pairs = material.key["pairs"]
    texts = {side.id: side.text for side in told.rights}
    unused = [side for side in told.rights if side.id not in pairs.values()]
    return {
        "lefts": [
            replace(left, is_right=left.chosen == pairs[left.id], right_text=texts[pairs[left.id]])
            for left in told.lefts
        ],
        "rights": unused,
    }


def _of_blanks(material: Material, told: Reviewed) -> dict[str, Any]:
    right = kind_of(material.type).right_response(material)
    shares = material.key["blanks"]
    return {
        "blanks": [
            replace(
                blank,
                right=right[blank.id],
                is_right=bool(blank.said) and is_accepted(blank.said, shares[blank.id]),
            )
            for blank in told.blanks
        ]
    }


def _of_words(material: Material, told: Reviewed) -> dict[str, Any]:
    return {"right": kind_of(material.type).right_response(material) or ""}


def _of_nothing(material: Material, told: Reviewed) -> dict[str, Any]:
    return {}


def _for_graders(material: Material) -> dict[str, Any]:
    """More of a key than the one right answer that a student is told."""
    key = material.key
    match QuestionType(material.type):
        case QuestionType.NUMERIC:
            units = ", ".join(each["unit"] for each in key["units"])
            facts = [(_("Tolerance"), key["tolerance"]), (_("Units"), units)]
        case QuestionType.SHORT_TEXT:
            facts = [(_("Pattern"), key["pattern"])]
            return {"also_right": key["accepted"][1:], "facts": _stated(facts)}
        case QuestionType.FILL_BLANKS:
            blanks = key["blanks"].items()
            facts = [(name, " · ".join(blank["accepted"])) for name, blank in blanks]
        case QuestionType.MULTIPLE | QuestionType.ORDERING:
            scoring = _("Points for parts") if key.get("scoring") == "partial" else ""
            facts = [(_("Scoring"), scoring)]
        case _:
            return {"model_answer": key.get("model_answer", "")}
    return {"facts": _stated(facts)}


def _stated(facts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, said) for name, said in facts if said]


_RIGHT: dict[QuestionType, Callable[[Material, Reviewed], dict[str, Any]]] = {
    QuestionType.SINGLE: _of_choices,
    QuestionType.MULTIPLE: _of_choices,
    QuestionType.TRUE_FALSE: _of_choices,
    QuestionType.ORDERING: _of_order,
    QuestionType.MATCHING: _of_pairs,
    QuestionType.FILL_BLANKS: _of_blanks,
    QuestionType.NUMERIC: _of_words,
    QuestionType.SHORT_TEXT: _of_words,
    QuestionType.ESSAY: _of_nothing,
    QuestionType.FILE_UPLOAD: _of_nothing,
    QuestionType.CODE: _of_nothing,
}
