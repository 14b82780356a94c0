"""The job in which a quiz is made: asked, received, checked, saved."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from time import sleep as pause
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis import RedisError

from core.clock import new_seed, now
from core.errors import DomainError
from core.events.actions import record
from core.jobs.kinds import job_kind
from core.jobs.models import Job
from core.jobs.running import JobRun
from core.jobs.states import JobStatus
from questions.actions.saving import text_digest_of
from questions.kinds import Material
from questions.models import Question, QuestionVersion
from quizzes.actions.generation import KIND, Found, equal_to, save_generated, serve_from
from quizzes.events import GenerationFailed
from quizzes.generators.checking import Checked, check
from quizzes.generators.errors import GeneratorAway, NothingMade
from quizzes.generators.opinions import agrees, without_key
from quizzes.generators.port import Draft, Faulty, QuestionGenerator, Wish
from quizzes.generators.room import take_place
from quizzes.generators.serving import generator_for
from quizzes.generators.similarity import Asked
from quizzes.generators.sources import text_of_file
from quizzes.models import GeneratedQuestion, Generation, GenerationState

READ, ASKED, RECEIVED, CHECKED, REPAIRED, LOOKED_AT, SAVING = 3, 8, 55, 60, 70, 85, 92
# How long a request may wait for its turn, and how often it looks whether it is still wanted.
LONGEST_TURN_SECONDS = 180
LOOK_SECONDS = 1.0
# Of the bank: how many questions, the newest first, are compared by their likeness.
MOST_COMPARED = 1_500
# Of these, how many a generator is told of.
MOST_AVOIDED = 60
MILLION = Decimal(1_000_000)
TOLD_LENGTH = 160

logger = logging.getLogger(__name__)


def note_end(job: Job) -> None:
    """However the job ended, the generation has ended with it."""
    state = (
        GenerationState.CANCELLED if job.status == JobStatus.CANCELLED else GenerationState.FAILED
    )
    found = Generation.objects.filter(job=job.pk, state=GenerationState.RUNNING).first()
    if found is None:
        return
    found.state, found.error, found.ended_at = state, job.error, job.finished_at
    found.save(update_fields=["state", "error", "ended_at"])
    if state == GenerationState.FAILED:
        code = (job.error or {}).get("code", "")
        failed = GenerationFailed(generation=found.pk, quiz_id=found.quiz_id, code=code)
        record(failed, by=None, at=found.ended_at)


@job_kind(KIND, queue="ai", attempts=1, lease=60, time_limit=560, unfinished=note_end)
def generate_quiz(run: JobRun, *, generation: str) -> dict[str, Any]:
    """Run once: what an AI has answered costs money, so a fault of ours asks nobody again."""
    known = Generation.objects.select_related("owner", "quiz", "source_file", "replaces")
    found = known.filter(pk=generation).first()
    if found is None:
        return {}
    if found.state != GenerationState.SUCCEEDED:
        _reopen(found)
        _work(run, found)
    return result_of(found)


def result_of(generation: Generation) -> dict[str, Any]:
    """What callers and pages learn of it once it is done."""
    return {
        "generation": str(generation.pk),
        "quiz": generation.quiz_id,
        "provider": generation.provider,
        "model": generation.model,
        "is_from_cache": generation.is_from_cache,
        "asked": generation.asked_count,
        "received": generation.received_count,
        "checked": generation.checked_count,
        "repaired": generation.repaired_count,
        "dropped": generation.dropped_count,
        "saved": generation.saved_count,
        "problems": generation.problems,
        "notes": generation.notes,
    }


class RunWatch:
    """Beside a generator: lets requests out in turn, counts what they cost, ends on cancelling."""

    def __init__(self, run: JobRun, generation: Generation) -> None:
        self._run, self._generation = run, generation

    def before_request(self) -> None:
        waited = 0.0
        while seconds := self._turn():
            waited += seconds
            if waited > LONGEST_TURN_SECONDS:
                raise GeneratorAway(_("Too many ask at once. Please try again in some minutes."))
            self.wait(seconds)
        Generation.objects.filter(pk=self._generation.pk).update(requests=F("requests") + 1)

    def spent(self, *, model: str, tokens_in: int, tokens_out: int) -> None:
        into, out = settings.GEMINI_PRICES.get(model, (Decimal(0), Decimal(0)))
        cost = (into * tokens_in + out * tokens_out) / MILLION
        Generation.objects.filter(pk=self._generation.pk).update(
            tokens_in=F("tokens_in") + tokens_in,
            tokens_out=F("tokens_out") + tokens_out,
            cost=F("cost") + cost,
        )

    def wait(self, seconds: float) -> None:
        left = seconds
        while left > 0:
            self._demand_wanted()
            pause(min(left, LOOK_SECONDS))
            left -= LOOK_SECONDS
        self._demand_wanted()

    def _turn(self) -> float:
        self._demand_wanted()
        try:
            return take_place()
        except (RedisError, OSError):
            return LOOK_SECONDS

    def _demand_wanted(self) -> None:
        self._run.renew(now())
        self._run.check()


def _reopen(generation: Generation) -> None:
    """After a failure an admin may let the job run again."""
    generation.state, generation.error, generation.ended_at = GenerationState.RUNNING, None, None
    generation.save(update_fields=["state", "error", "ended_at"])


def _work(run: JobRun, generation: Generation) -> None:
    if generation.is_from_cache:
        equal = equal_to(generation, at=now())
        if equal is not None:
            with run.fenced():
                serve_from(generation, equal=equal, at=now())
            return
        generation.is_from_cache = False
        generation.save(update_fields=["is_from_cache"])
    _make(run, generation)


def _make(run: JobRun, generation: Generation) -> None:
    run.progress(READ, _("Reading what is to be asked about"))
    wish = wish_of(generation)
    generator = generator_for(generation.type)
    watch = RunWatch(run, generation)
    said = ngettext("Asked for %(count)d question", "Asked for %(count)d questions", wish.count)
    said %= {"count": wish.count}
    run.progress(ASKED, said)
    made = generator.make(wish, watch)
    generation.notes = [*generation.notes, *made.notes]
    generation.received_count = len(made.drafts)
    _note(generation, "received_count", "notes")
    run.progress(RECEIVED, _("Received %(count)d") % {"count": len(made.drafts)})

    asked = asked_already(generation, made.drafts)
    sound, faulty = _sorted(made.drafts, wish=wish, asked=asked)
    found = [_found(each) for each in sound]
    run.progress(CHECKED, _("Checked, and sound: %(count)d") % {"count": len(found)})
    if faulty and len(found) < wish.count:
        run.progress(CHECKED + 2, _("Having %(count)d mended") % {"count": len(faulty)})
        mended, faulty = _repaired(generator, wish, faulty, asked, watch)
        found += mended
        generation.repaired_count = len(mended)
        run.progress(REPAIRED, _("Mended %(count)d") % {"count": len(mended)})
    found = found[: wish.count]
    generation.checked_count, generation.dropped_count = len(found), len(faulty)
    generation.problems = [_told(each) for each in faulty]
    _note(generation, "checked_count", "repaired_count", "dropped_count", "problems", "notes")
    if not found:
        raise NothingMade(_why_nothing(generation))
    if generator.second_opinion:
        run.progress(REPAIRED + 2, _("Having them answered by somebody who knows no key"))
        found = _looked_at(generator, wish, found, watch, generation)
        run.progress(LOOKED_AT, _("Compared with the keys"))
    run.progress(SAVING, _("Saving %(count)d questions") % {"count": len(found)})
    with run.fenced():
        save_generated(generation, found=found, at=now(), seed=new_seed())


def wish_of(generation: Generation) -> Wish:
    """With the text of its file, and with what the quiz asks already."""
    wish, source = generation.wish, generation.source_text
    if generation.source_file is not None:
        source, notes = text_of_file(generation.source_file)
        generation.notes = notes
    return Wish(
        prompt=wish["prompt"],
        count=wish["count"],
        seed=generation.seed,
        source=source,
        types=tuple(wish["types"]),
        spare=tuple(wish.get("spare", ())),
        difficulty=wish["difficulty"],
        language=wish["language"],
        searches_web=generation.type == "WEB_SEARCH",
        avoid=(
            *_near(generation).values_list("text", flat=True)[:MOST_AVOIDED],
            *_in_quiz(generation).values_list("text", flat=True),
        ),
        used=tuple(
            GeneratedQuestion.objects.filter(question__quiz_questions__quiz=generation.quiz_id)
            .exclude(span="")
            .values_list("span", flat=True)
        ),
    )


def asked_already(generation: Generation, drafts: Sequence[Draft]) -> Asked:
    """By their words in the whole bank; by likeness among the newest near to them.

    Three queries, however large the bank is.
    """
    texts = {str(draft.written.get("text", "")) for draft in drafts}
    digests = _of_bank(generation).filter(text_digest__in=map(text_digest_of, texts))
    near = _near(generation).values_list("question_id", "text")[:MOST_COMPARED]
    questions = dict([*near, *_in_quiz(generation).values_list("question_id", "text")])
    # The one that makes room is no other question to look at.
    making_room = questions.pop(generation.replaces_id, None)
    return Asked(
        [making_room] if making_room else [],
        digests.values_list("text_digest", flat=True),
        questions.items(),
    )


def _in_quiz(generation: Generation) -> Any:
    newest = QuestionVersion.objects.newest()
    return newest.filter(question__quiz_questions__quiz=generation.quiz_id)


def _of_bank(generation: Generation) -> Any:
    visible = Question.objects.visible_to(generation.owner).in_use()
    return QuestionVersion.objects.newest().filter(question__in=visible)


def _near(generation: Generation) -> Any:
    """Those of the subject, or where there is none one's own questions; the newest first."""
    subject, bank = generation.wish["subject"], _of_bank(generation)
    near = (
        bank.filter(question__subject=subject)
        if subject
        else bank.filter(question__owner=generation.owner)
    )
    return near.order_by("-made_at", "-pk")


def _sorted(
    drafts: Sequence[Draft], *, wish: Wish, asked: Asked
) -> tuple[list[Checked], list[Faulty]]:
    """Those that are sound, which count as asked from then on, and those with faults."""
    sound, faulty = [], []
    for draft in drafts:
        checked = check(draft, wish=wish, asked=asked)
        if checked.entry is None:
            faulty.append(Faulty(draft, checked.faults))
        else:
            asked.add(checked.entry.outline.text)
            sound.append(checked)
    return sound, faulty


def _repaired(
    generator: QuestionGenerator, wish: Wish, faulty: list[Faulty], asked: Asked, watch: RunWatch
) -> tuple[list[Found], list[Faulty]]:
    """One request more. Where it does not come, the faulty ones are dropped and the others stay."""
    try:
        made = generator.repair(wish, faulty, watch)
    except DomainError as error:
        logger.warning("nothing could be mended", extra={"code": error.code})
        return [], faulty
    sound, still = _sorted(made.drafts, wish=wish, asked=asked)
    mended = [replace(_found(each), was_repaired=True) for each in sound]
    lost = max(0, len(faulty) - len(sound) - len(still))
    return mended, [*still, *faulty[len(faulty) - lost :]]


def _looked_at(
    generator: QuestionGenerator,
    wish: Wish,
    found: Sequence[Found],
    watch: RunWatch,
    generation: Generation,
) -> list[Found]:
    """A second opinion is worth having, and its absence is no reason to lose the questions."""
    materials = [_material(each) for each in found]
    shown = [without_key(each, seed=generation.seed) for each in materials]
    try:
        answers = generator.answer(wish, shown, watch)
    except DomainError as error:
        logger.warning("no second opinion was to be had", extra={"code": error.code})
        generation.notes = [*generation.notes, _("No second look could be had at these questions.")]
        return list(found)
    answers += [None] * (len(found) - len(answers))
    return [
        replace(each, second_opinion=words, agrees=agrees(material, words))
        for each, material, words in zip(found, materials, answers, strict=False)
    ]


def _material(found: Found) -> Material:
    outline = found.entry.outline
    return Material(outline.type, outline.text, outline.choices, outline.body, outline.key)


def _found(checked: Checked) -> Found:
    entry: Any = checked.entry
    return Found(entry=entry, span=checked.span, resembled=checked.resembled)


def _told(faulty: Faulty) -> Mapping[str, Any]:
    text = str(faulty.draft.written.get("text", ""))
    return {"text": text[:TOLD_LENGTH], "faults": list(faulty.faults)}


def _why_nothing(generation: Generation) -> str:
    """With what the generator has to say of it, which is what helps."""
    return " ".join([str(NothingMade.message), *generation.notes])


def _note(generation: Generation, *fields: str) -> None:
    generation.save(update_fields=fields)
