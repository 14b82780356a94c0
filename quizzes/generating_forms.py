"""What those who teach fill in to have a quiz made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.widgets import FileDrop, RadioCards
from questions.forms.places import PlaceField, name_of
from questions.models import Difficulty
from questions.models.bank import QuestionType
from quizzes.actions.generation import (
    LONGEST_PROMPT,
    LONGEST_SOURCE,
    MOST_QUESTIONS,
    SHORTEST_SOURCE,
    problems_of_matter,
)
from quizzes.files import SOURCE_FILES
from quizzes.generators.languages import LANGUAGES
from quizzes.generators.port import MADE_TYPES, USUAL_TYPES
from quizzes.models import Generation, GenerationType
from quizzes.models.quizzes import TITLE_LENGTH

EXPLAINED = {
    GenerationType.PROMPT: _("You say what the questions are to be about."),
    GenerationType.SOURCE_TEXT: _("About a text that you paste, and nothing beyond it."),
    GenerationType.FILE: _("PDF, Word, slides, Markdown or plain text, at most 10 MB."),
    GenerationType.WEB_SEARCH: _("Looks on the web first, and names its sources."),
}
NO_AI = _("Needs an AI service, and none is set up here.")
USUAL_COUNT = 10


class WishForm(forms.Form):
    """Which fields fit depends on the first choice: the style sheet shows no others."""

    generation_type = forms.ChoiceField(
        label=_("Made from"), choices=GenerationType, widget=RadioCards(explained=EXPLAINED)
    )
    title = forms.CharField(label=_("Title of the quiz"), max_length=TITLE_LENGTH)
    prompt = forms.CharField(
        label=_("What the questions are about"),
        required=False,
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text=_(
            "What students should know or be able to do, and for whom it is. With a text or a "
            "file you may leave it out, or say what to look at most."
        ),
    )
    source_text = forms.CharField(
        label=_("The text"),
        required=False,
        max_length=LONGEST_SOURCE,
        widget=forms.Textarea({"rows": 12, "dir": "auto"}),
        help_text=_("At least %(n)d characters. Every question names the passage it rests on.")
        % {"n": SHORTEST_SOURCE},
    )
    file = forms.FileField(
        label=_("The file"),
        required=False,
        allow_empty_file=True,
        widget=FileDrop({"accept": ".pdf,.docx,.pptx,.md,.txt"}),
    )
    num_questions = forms.IntegerField(
        label=_("How many questions"), min_value=1, max_value=MOST_QUESTIONS, initial=USUAL_COUNT
    )
    difficulty = forms.ChoiceField(
        label=_("How hard"), choices=[("", _("Mixed")), *Difficulty.choices], required=False
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[(code, name) for code, (name, *_rest) in LANGUAGES.items()]
    )
    about = PlaceField(
        label=_("Where they belong in the bank"),
        empty=_("Nowhere yet"),
        help_text=_("The subject, and the chapter if they are all of one."),
    )
    question_types = forms.MultipleChoiceField(
        label=_("Types"),
        choices=[(each.value, QuestionType(each).label) for each in MADE_TYPES],
        widget=forms.CheckboxSelectMultiple,
        initial=[each.value for each in USUAL_TYPES],
        error_messages={"required": _("Choose one type at least.")},
    )
    again = forms.BooleanField(
        label=_("Ask anew, even if I asked for the same today"),
        required=False,
        help_text=_("Else an equal wish gives the questions of the first time, and costs nothing."),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        without: Sequence[str] = (),
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial, label_suffix="")
        self.fields["about"].fetch()  # type: ignore[attr-defined]
        cards: Any = self.fields["generation_type"].widget
        cards.out_of_reach = set(without)
        cards.explained = {**EXPLAINED, **dict.fromkeys(without, NO_AI)}
        self.fields["file"].limits = gettext("At most %(size)s.") % {  # type: ignore[attr-defined]
            "size": filesizeformat(SOURCE_FILES.max_bytes)
        }

    def clean(self) -> dict[str, Any]:
        """What is missing to make them from is told together with what else is wrong."""
        given = super().clean() or {}
        if self.errors and "generation_type" in given:
            problems = problems_of_matter(
                given["generation_type"],
                prompt=given.get("prompt", ""),
                source_text=given.get("source_text", ""),
                upload=given.get("file"),
            )
            for name in problems.keys() - self.errors.keys():
                self.add_error(name, problems[name])
        return given

    @property
    def wish(self) -> dict[str, Any]:
        """As `ask_generation` takes it."""
        given = self.cleaned_data
        return {
            "title": given["title"],
            "type_": given["generation_type"],
            "prompt": given["prompt"],
            "count": given["num_questions"],
            "difficulty": given["difficulty"],
            "types": given["question_types"],
            "language": given["language"],
            "source_text": given["source_text"],
            "upload": given["file"],
            "again": given["again"],
            "subject": given["about"].subject,
            "chapter": given["about"].chapter,
        }


def wish_to_change(generation: Generation) -> dict[str, Any]:
    """What was asked for, to be asked for in another way. A file has to be chosen again."""
    wish = generation.wish
    return {
        "generation_type": generation.type,
        "title": generation.quiz.title,
        "prompt": wish["prompt"],
        "source_text": generation.source_text,
        "num_questions": wish["count"],
        "difficulty": wish["difficulty"],
        "language": wish["language"],
        "about": name_of(wish["subject"], wish["chapter"]),
        "question_types": [each for each in wish["types"] if each in QuestionType.values],
        "again": True,
    }
