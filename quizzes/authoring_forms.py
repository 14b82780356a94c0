"""What those who teach fill in about a quiz."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import TEACHING
from core.widgets import DateTimeInput, MarkdownInput, RadioCards, SearchInput, Switch
from curriculum.models import Project, Track
from curriculum.tracks import published_tracks
from questions.forms.places import PlaceField, name_of
from questions.models import Difficulty, Subject
from questions.models.bank import TAG_LENGTH, QuestionType
from questions.tags import plain_tags
from quizzes.models import DrawRule, Feedback, Quiz
from quizzes.models.quizzes import TITLE_LENGTH

LONGEST_SEARCH = 100
LONGEST_DESCRIPTION = 10_000
MOST = 1000
MOST_DRAWN = 50
MOST_TAGS = 10
EXPLAINED_FEEDBACK = {
    Feedback.AT_ONCE: _("Each answer is told to be right or wrong as it is given, and then stays."),
    Feedback.AFTER_SUBMIT: _("Score, right answers and reasons, as soon as it is handed in."),
    Feedback.AFTER_CLOSING: _(
        "Nobody learns anything before the closing time that you set, and nothing counts after it."
    ),
}


class QuizListForm(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=SearchInput({"placeholder": _("Title"), "autocomplete": "off"}),
    )
    track = forms.ChoiceField(label=_("Track"), required=False)
    show = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks = [(each.code, each.name) for each in published_tracks()]
        _choose(
            self, "track", [("", gettext("All tracks")), ("none", gettext("No track")), *tracks]
        )


class NewQuizForm(forms.Form):
    """What one knows at the start; all else has a value that will do."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=MarkdownInput({"rows": 4}),
        help_text=_("What it is about, for those who think about taking it."),
    )
    track = forms.ModelChoiceField(
        label=_("Track"),
        queryset=Track.objects.none(),
        required=False,
        to_field_name="code",
        empty_label=_("None: anybody may take it"),
        help_text=_("With one, only those who are on it can take the quiz."),
    )
    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Where the quiz belongs to one project of the track."),
    )

    def __init__(self, data: Any = None, *, quiz: Quiz | None = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        tracks = Track.objects.published()
        if quiz is not None and quiz.track_id is not None:
            tracks = tracks | Track.objects.filter(pk=quiz.track_id)
        self.fields["track"].queryset = tracks.order_by("position")  # type: ignore[attr-defined]
        projects = Project.objects.filter(track__in=tracks).select_related("track")
        field: Any = self.fields["project"]
        field.queryset = projects.defer("brief", "goals").order_by("track__position", "number")
        field.label_from_instance = _called

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields if name != "base"}


class QuizForm(NewQuizForm):
    """All that can be said of how a quiz is taken. `base` is what its author saw."""

    base = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_shuffled = forms.BooleanField(
        label=_("Shuffled"),
        required=False,
        widget=Switch,
        help_text=_("Everybody gets questions and choices in another order."),
    )
    feedback = forms.TypedChoiceField(
        label=_("Feedback"),
        choices=Feedback.choices,
        coerce=Feedback,
        widget=RadioCards(explained=EXPLAINED_FEEDBACK),
    )
    attempts_allowed = forms.IntegerField(
        label=_("Attempts"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("How often one may take it. Nothing means as often as one likes."),
    )
    soft_minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("A guide that is shown. Nothing ends when they are over."),
    )
    pass_percent = forms.IntegerField(
        label=_("Passed with, in percent"),
        min_value=0,
        max_value=100,
        help_text=_("From this share of all points on, an attempt counts as passed."),
    )
    opens_at = forms.DateTimeField(
        label=_("Opens"),
        required=False,
        widget=DateTimeInput(),
        help_text=_("In your time zone. Nothing means as soon as it is published."),
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        required=False,
        widget=DateTimeInput(),
        help_text=_("From then on nobody can begin. What was begun can be ended."),
    )

    def __init__(self, data: Any = None, *, quiz: Quiz, base: str) -> None:
        names = [name for name in self.base_fields if name != "base"]
        initial = {name: getattr(quiz, name) for name in names}
        initial |= {"track": quiz.track.code if quiz.track else "", "base": base}
        super().__init__(data, quiz=quiz, initial=initial)

    def theirs(self, quiz: Quiz) -> list[tuple[str, str]]:
        """What others saved meanwhile where it is not what was typed, by the names of fields."""
        found = []
        for name, typed in self.facts.items():
            saved = getattr(quiz, name)
            if saved != typed and (saved or typed):
                found.append((str(self.fields[name].label), _said(quiz, name, saved)))
        return found


class FindQuestionsForm(forms.Form):
    """Looks in the bank."""

    find = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=SearchInput({"placeholder": _("Words or a tag"), "autocomplete": "off"}),
    )
    about = PlaceField(label=_("About"), empty=_("All subjects"))
    kind = forms.ChoiceField(label=_("Type"), required=False)
    level = forms.ChoiceField(label=_("Difficulty"), required=False)
    whose = forms.ChoiceField(label=_("Whose"), required=False)

    def __init__(self, data: Any, *, subjects: Sequence[Subject]) -> None:
        super().__init__(data)
        self.fields["about"].fetch(subjects)  # type: ignore[attr-defined]
        _choose(self, "kind", [("", gettext("All types")), *QuestionType.choices])
        _choose(self, "level", [("", gettext("Any difficulty")), *Difficulty.choices])
        _choose(self, "whose", [("", gettext("Anybody")), ("mine", gettext("My own"))])


class DrawRuleForm(forms.Form):
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_DRAWN, initial=5)
    about = PlaceField(label=_("From"), empty=_("Choose a subject or a chapter"), required=True)
    difficulty = forms.ChoiceField(label=_("Difficulty"), required=False)
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=MOST_TAGS * (TAG_LENGTH + 1),
        help_text=_("Separated by commas; questions that have one of them."),
    )
    types = forms.MultipleChoiceField(
        label=_("Types"),
        choices=QuestionType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None means all."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        subjects: Sequence[Subject] | None = None,
        rule: DrawRule | None = None,
    ) -> None:
        """With `rule` as it is, to be changed."""
        initial = _facts_of(rule) if rule is not None else None
        auto_id = "rule_%s" if rule is None else "changed_%s"
        super().__init__(data, label_suffix="", auto_id=auto_id, initial=initial)
        self.fields["about"].fetch(subjects)  # type: ignore[attr-defined]
        _choose(self, "difficulty", [("", gettext("Any difficulty")), *Difficulty.choices])

    def clean_tags(self) -> list[str]:
        found = plain_tags(self.cleaned_data["tags"].split(","))
        if len(found) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in found):
            most = {"n": MOST_TAGS, "longest": TAG_LENGTH}
            raise forms.ValidationError(_("At most %(n)d tags of %(longest)d characters.") % most)
        return found

    @property
    def rule(self) -> DrawRule:
        given = self.cleaned_data
        return DrawRule(
            count=given["count"],
            subject=given["about"].subject,
            chapter=given["about"].chapter,
            difficulty=given["difficulty"],
            types=given["types"],
            tags=given["tags"],
        )


class PasteForm(forms.Form):
    """Questions as text; `is_checked` once its author has seen what was understood."""

    PLAIN, GIFT = "plain", "gift"
    written_as = forms.ChoiceField(
        label=_("Written as"),
        choices=[(PLAIN, _("Plain text")), (GIFT, _("GIFT, as Moodle exports it"))],
        initial=PLAIN,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Questions"),
        max_length=100_000,
        widget=forms.Textarea({"rows": 12, "spellcheck": "true", "dir": "auto"}),
    )
    about = PlaceField(
        label=_("Put them under"),
        empty=_("No subject"),
        help_text=_("Where they stand in the bank. You can change that there."),
    )

    def __init__(self, data: Any = None, *, subjects: Sequence[Subject] | None = None) -> None:
        super().__init__(data, label_suffix="", auto_id="paste_%s")
        self.fields["about"].fetch(subjects)  # type: ignore[attr-defined]


class EditorForm(forms.Form):
    """Adds somebody who may change a quiz."""

    address = forms.EmailField(label=_("Address"), help_text=_("Of a colleague who teaches here."))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="editor_%s")

    def clean_address(self) -> User:
        found = User.objects.active().filter(email__iexact=self.cleaned_data["address"]).first()
        if found is None or found.role not in TEACHING:
            raise forms.ValidationError(_("Nobody who teaches here has this address."))
        return found


def marks_in(text: str, *, most: Decimal = Decimal("9999.99")) -> Decimal | None:
    """Marks as somebody typed them; None for nothing. Raises ValueError for what is no number."""
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        marks = Decimal(text[:20])
    except InvalidOperation:
        raise ValueError(text) from None
    if not marks.is_finite() or not 0 < marks <= most or marks != round(marks, 2):
        raise ValueError(text)
    return marks


def _facts_of(rule: DrawRule) -> dict[str, Any]:
    return {
        "count": rule.count,
        "about": name_of(rule.subject_id, rule.chapter_id),
        "difficulty": rule.difficulty,
        "tags": ", ".join(rule.tags),
        "types": rule.types,
    }


def _choose(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]


def _called(project: Project) -> str:
    return f"{project.track.code} {project.number}. {project.title}"


def _said(quiz: Quiz, name: str, value: Any) -> str:
    if name == "feedback":
        return str(quiz.get_feedback_display())
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return gettext("nothing") if value in (None, "") else str(value)
