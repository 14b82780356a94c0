"""Writing questions by page: every kind, every mistake at its field, and nobody's words lost."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from accounts.tests.factories import UserFactory
from core.clock import now
from questions.actions.saving import Facts, revise_question
from questions.forms import FORMS
from questions.kinds import KINDS, kind_of
from questions.models import Chapter, Question, QuestionVersion, Subject
from questions.tests.factories import WRITTEN, make_question

NEW = "/questions/new/"
FACTS = {
    "text": "How many?",
    "marks": "1.5",
    "difficulty": "hard",
    "status": "draft",
    "tags": "Sums,  two words, sums",
    "is_shared": "on",
    "explanation": "So it is.",
}

pytestmark = pytest.mark.django_db


def filled(form):
    """What a browser sends of a form as it stands."""
    data = QueryDict(mutable=True)
    for field in form:
        if hasattr(field, "rows"):
            for row in field.rows:
                data.appendlist(field.html_name, row.key)
                for each in row.cells:
                    if each.cell.kind not in {"mark", "tick"}:
                        data[each.name] = str(each.value)
                    elif each.value:
                        data.appendlist(each.name, row.key)
        elif field.value() not in (None, "", False):
            data[field.html_name] = str(field.value())
    return data


def written_in(type_, **changes):
    """What an author writes, as a browser sends it."""
    words = {"text": f"A question of the kind {type_}?", **WRITTEN[type_], **changes}
    outline, problems = kind_of(type_).read(words)
    assert outline is not None, problems
    form = FORMS[type_](initial=FORMS[type_].shown(kind_of(type_).write(outline)))
    data = filled(form)
    data.update({name: said for name, said in FACTS.items() if name != "text"})
    return data


def choices(*rows, **facts):
    """Of rows such as ("Two", True); each under a key of its own."""
    data = QueryDict(mutable=True)
    data.update({**FACTS, **facts})
    for key, (text, is_right) in enumerate(rows):
        data.appendlist("choices", str(key))
        data[f"choices-{key}-text"] = text
        if is_right:
            data.appendlist("choices-correct", str(key))
    return data


def newest(question):
    question.refresh_from_db()
    return QuestionVersion.objects.get(question=question, number=question.newest)


def posted(client, type_, data, query=""):
    return client.post(f"{NEW}?type={type_}{query}", data.urlencode(), **AS_A_FORM)


AS_A_FORM = {"content_type": "application/x-www-form-urlencoded"}


def test_there_is_a_form_for_each_kind_and_it_is_told_what_each_is_for(client_of, trainer):
    assert FORMS.keys() == KINDS.keys()
    page = client_of(trainer).get(NEW).content.decode()
    for type_ in KINDS:
        assert f"?type={type_}" in page


class TestEveryKind:
    @pytest.mark.parametrize("type_", WRITTEN)
    def test_what_is_filled_in_is_saved(self, client_of, trainer, type_):
        answer = posted(client_of(trainer), type_, written_in(type_))

        question = Question.objects.get()
        version = newest(question)
        assert answer["Location"] == f"/questions/{question.pk}/"
        words = {"text": f"A question of the kind {type_}?", **WRITTEN[type_]}
        outline, _problems = kind_of(type_).read(words)
        assert kind_of(type_).write(version.material) == kind_of(type_).write(outline)
        assert (question.owner, question.status, question.is_shared) == (trainer, "draft", True)
        assert (str(version.marks), version.difficulty) == ("1.50", "hard")
        assert (version.tags, version.explanation) == (["sums", "two words"], "So it is.")

    @pytest.mark.parametrize("type_", WRITTEN)
    def test_a_form_that_is_sent_as_it_stands_makes_no_version(self, client_of, trainer, type_):
        question = make_question(type_, owner=trainer)
        version = newest(question)
        form = FORMS[type_].of_version(question, version)

        answer = client_of(trainer).post(
            f"/questions/{question.pk}/edit/", filled(form).urlencode(), **AS_A_FORM
        )

        assert answer.status_code == 302
        assert newest(question) == version

    @pytest.mark.parametrize("type_", WRITTEN)
    def test_an_empty_form_says_what_lacks_and_saves_nothing(self, client_of, trainer, type_):
        answer = posted(client_of(trainer), type_, QueryDict(mutable=True))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "data-error-summary" in page
        assert "Write the question." in page
        assert not Question.objects.exists()

    @pytest.mark.parametrize("type_", WRITTEN)
    @pytest.mark.parametrize("junk", ["\x00", "{{", "9" * 30_000, "﷽ \u202e"])
    def test_junk_in_every_field_is_no_error(self, client_of, trainer, type_, junk):
        form = FORMS[type_]()
        data = QueryDict(mutable=True)
        for name, field in form.fields.items():
            if not hasattr(field, "cells"):
                data[name] = junk
                continue
            for key in ("0", "new", junk, "1"):
                data.appendlist(name, key)
                for cell in field.cells:
                    data[f"{name}-{key}-{cell.name}"] = junk
                    data.appendlist(f"{name}-{cell.name}", key)
        answer = posted(client_of(trainer), type_, data)
        assert answer.status_code == 200
        assert not Question.objects.exists()


class TestMistakes:
    @pytest.mark.parametrize(
        ("type_", "changes", "field", "said"),
        [
            ("MULTIPLE", {"scoring": "most"}, "scoring", "Select a valid choice"),
            ("TRUE_FALSE", {"answer": "perhaps"}, "answer", "Select a valid choice"),
            ("NUMERIC", {"value": "many"}, "value", "Write a number."),
            ("NUMERIC", {"tolerance": "-1"}, "tolerance", "Write a number from 0"),
            ("NUMERIC", {"units-0-factor": "0"}, "units", "a factor other than 0"),
            ("SHORT_TEXT", {"pattern": "(a"}, "pattern", "no pattern"),
            ("SHORT_TEXT", {"pattern": "(?=a)"}, "pattern", "no pattern"),
            ("SHORT_TEXT", {"accepted-0-text": ""}, "accepted", "at least one answer"),
            ("MATCHING", {"pairs-1-right": ""}, "pairs", "Pair 2: write a left and a right"),
            ("MATCHING", {"pairs-1-left": "GET"}, "pairs", "Two left sides say the same"),
            ("ORDERING", {"items-1-text": "FIRST"}, "items", "Two items say the same"),
            ("ORDERING", {"items-1-text": "", "items-2-text": ""}, "items", "Write 2 to 20 items"),
            ("FILL_BLANKS", {"text": "No blank"}, "text", "Mark 1 to 20 blanks"),
            ("FILL_BLANKS", {"text": "{{verb}} {{noun}}"}, "blanks", "the answers differ"),
            ("FILL_BLANKS", {"blanks-0-accepted": " "}, "blanks", "at least one answer"),
            ("ESSAY", {"min_words": "9", "max_words": "3"}, "max_words", "less than at least"),
            ("ESSAY", {"min_words": "-1"}, "min_words", "greater than or equal to 0"),
            ("FILE_UPLOAD", {"max_files": "11"}, "max_files", "less than or equal to 10"),
            ("FILE_UPLOAD", {"max_files": ""}, "max_files", "required"),
            ("CODE", {"language": "x" * 31}, "language", "at most 30 characters"),
            ("ESSAY", {"marks": "0"}, "marks", "greater than or equal to 0.01"),
            ("ESSAY", {"marks": "1e9"}, "marks", "no more than"),
            ("ESSAY", {"tags": ",".join(map(str, range(21)))}, "tags", "At most 20 tags"),
            ("ESSAY", {"tags": "x" * 41}, "tags", "At most 20 tags of 40"),
            ("ESSAY", {"difficulty": "simple"}, "difficulty", "Select a valid choice"),
            ("ESSAY", {"place": "chapter-0"}, "place", "Select a valid choice"),
            ("ESSAY", {"status": "gone"}, "status", "Select a valid choice"),
        ],
    )
    def test_each_stands_at_its_field(self, client_of, trainer, type_, changes, field, said):
        data = written_in(type_)
        data.update(dict.fromkeys(changes, ""))
        for name, value in changes.items():
            data[name] = value
        answer = posted(client_of(trainer), type_, data)
        form = answer.context["form"]
        assert answer.status_code == 200
        assert said in " ".join(form.errors[field])
        page = answer.content.decode()
        assert f'href="#id_{field}' in page
        assert f'id="id_{field}' in page
        assert not Question.objects.exists()

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ([("Two", True)], "Write 2 to 20 choices"),
            ([("Two", False), ("Three", False)], "Mark one choice as correct, and only one"),
            ([("Two", True), ("two ", False)], "Two choices say the same"),
            ([("", True), ("Three", False), ("Four", False)], "Choice 1: Write a text"),
            ([(str(n), n == 1) for n in range(21)], "Write 2 to 20 choices"),
        ],
    )
    def test_choices_that_make_no_question(self, client_of, trainer, rows, said):
        answer = posted(client_of(trainer), "SINGLE", choices(*rows))
        assert said in " ".join(answer.context["form"].errors["choices"])

    def test_a_source_leads_to_the_web_and_nowhere_else(self, client_of, trainer):
        data = written_in("ESSAY")
        data.update({"sources": "0", "sources-0-title": "A", "sources-0-url": "javascript:x"})
        answer = posted(client_of(trainer), "ESSAY", data)
        assert "begins with https" in answer.context["form"].errors["sources"][0]

    def test_a_row_is_offered_for_each_blank_that_lacks_one(self, client_of, trainer):
        data = written_in("FILL_BLANKS")
        data["text"] = "{{verb}} {{noun}}"
        rows = posted(client_of(trainer), "FILL_BLANKS", data).context["form"]["blanks"].rows
        assert [row.cells[0].value for row in rows] == ["verb", "noun"]


class TestRowsWithoutScripts:
    """The same buttons send the form, which comes back with other rows and nothing saved."""

    def rows(self, client, order):
        data = choices(("Two", True), ("Three", False), ("Four", False), text="Kept")
        data["rows"] = order
        answer = posted(client, "SINGLE", data)
        form = answer.context["form"]
        assert answer.status_code == 200
        assert not form.errors
        assert form["text"].value() == "Kept"
        assert not Question.objects.exists()
        return [(row.cells[1].value, bool(row.cells[0].value)) for row in form["choices"].rows]

    def test_one_is_added(self, client_of, trainer):
        assert len(self.rows(client_of(trainer), "choices add")) == 5

    def test_one_moves_and_takes_its_mark_along(self, client_of, trainer):
        moved = [("Three", False), ("Two", True), ("Four", False), ("", False)]
        assert self.rows(client_of(trainer), "choices down 0") == moved
        assert self.rows(client_of(trainer), "choices up 1") == moved

    def test_one_goes(self, client_of, trainer):
        rows = self.rows(client_of(trainer), "choices remove 1")
        assert rows[:2] == [("Two", True), ("Four", False)]

    @pytest.mark.parametrize(
        "order", ["", "choices", "choices up", "choices up 99", "choices up x", "text add", "up ⅔"]
    )
    def test_what_means_nothing_changes_nothing(self, client_of, trainer, order):
        rows = self.rows(client_of(trainer), order)
        assert rows[:3] == [("Two", True), ("Three", False), ("Four", False)]


class TestTrying:
    def tried(self, client, type_, answer, **changes):
        data = written_in(type_)
        data.update({"try": "1", "answer": answer})
        for name, value in changes.items():
            data[name.replace("__", "-")] = value
        page = posted(client, type_, data)
        assert not Question.objects.exists()
        return page.context["tried"]

    @pytest.mark.parametrize(
        ("answer", "share"), [("Commit", 1), ("  commit ", 1), ("push", 0), ("", 0)]
    )
    def test_a_word_is_graded_and_nothing_saved(self, client_of, trainer, answer, share):
        assert self.tried(client_of(trainer), "SHORT_TEXT", answer).share == share

    def test_by_a_pattern(self, client_of, trainer):
        client = client_of(trainer)
        assert self.tried(client, "SHORT_TEXT", "v12", pattern=r"v\d+").share == 1
        assert self.tried(client, "SHORT_TEXT", "v", pattern=r"v\d+").share == 0

    def test_a_pattern_that_is_none_is_said(self, client_of, trainer):
        assert (
            "no pattern" in self.tried(client_of(trainer), "SHORT_TEXT", "v", pattern="(").trouble
        )

    def test_a_pattern_made_to_hang_does_not(self, client_of, trainer):
        tried = self.tried(client_of(trainer), "SHORT_TEXT", "a" * 999 + "!", pattern="(a+)+")
        assert tried.share == 0

    @pytest.mark.parametrize(("answer", "share"), [("9.8 m/s²", 1), ("9,81", 1), ("10", 0)])
    def test_a_number(self, client_of, trainer, answer, share):
        assert self.tried(client_of(trainer), "NUMERIC", answer).share == share

    def test_what_is_no_number_is_said(self, client_of, trainer):
        assert "Answer with a number" in self.tried(client_of(trainer), "NUMERIC", "much").trouble


class TestEditing:
    def edit(self, client, question, data, query=""):
        return client.post(f"/questions/{question.pk}/edit/{query}", data.urlencode(), **AS_A_FORM)

    def form_of(self, question, **changes):
        version = newest(question)
        data = filled(FORMS[version.type].of_version(question, version))
        for name, value in changes.items():
            data[name] = value
        return data

    def test_another_version_is_made(self, client_of, trainer):
        question = make_question(owner=trainer)
        self.edit(client_of(trainer), question, self.form_of(question, text="Another one?"))
        assert newest(question).text == "Another one?"
        assert question.newest == 2

    def test_what_it_is_about_makes_no_version(self, client_of, trainer):
        subject = Subject.objects.create(code="sql", name="SQL")
        chapter = Chapter.objects.create(subject=subject, name="Joins")
        question = make_question(owner=trainer)
        data = self.form_of(question, place=f"chapter-{chapter.pk}", status="retired")
        del data["is_shared"]
        self.edit(client_of(trainer), question, data)
        question.refresh_from_db()
        assert (question.subject, question.chapter) == (subject, chapter)
        assert (question.status, question.is_shared, question.newest) == ("retired", False, 1)

    def test_who_is_second_is_shown_what_differs_and_keeps_their_words(self, client_of, trainer):
        question = make_question(owner=trainer)
        mine = self.form_of(question, text="Mine?", status="draft")
        theirs, _ = kind_of("SINGLE").read({"text": "Theirs?", **WRITTEN["SINGLE"]})
        revise_question(
            question,
            outline=theirs,
            facts=Facts(explanation="Because it is so."),
            by=UserFactory(admin=True),
            at=now(),
            seed=1,
        )
        client = client_of(trainer)

        answer = self.edit(client, question, mine)

        page = answer.content.decode()
        assert answer.status_code == 409
        assert newest(question).text == "Theirs?"
        assert question.status == "ready"
        assert "Somebody has saved version 2" in page
        assert [each.name for each in answer.context["conflict"].changes] == ["Question"]
        form = answer.context["form"]
        assert form["text"].value() == "Mine?"

        self.edit(client, question, filled(form))
        assert newest(question).text == "Mine?"
        assert question.newest == 3

    def test_an_old_version_comes_back_as_a_new_one(self, client_of, trainer):
        question = make_question(owner=trainer)
        first = newest(question)
        client = client_of(trainer)
        self.edit(client, question, self.form_of(question, text="Another one?"))

        page = client.get(f"/questions/{question.pk}/versions/").content.decode()
        assert "Another" in page
        assert "Version 1" in page
        client.post(f"/questions/{question.pk}/versions/1/restore/")

        assert newest(question).text == first.text
        assert question.newest == 3
        assert client.post(f"/questions/{question.pk}/versions/9/restore/").status_code == 404

    @pytest.mark.parametrize(
        "query", ["", "from=1&to=2", "from=2&to=1", "from=1&to=1", "from=9&to=x", "page=0"]
    )
    def test_any_two_versions_are_compared(self, client_of, trainer, query):
        question = make_question(owner=trainer)
        client = client_of(trainer)
        self.edit(client, question, self.form_of(question, text="Another one?"))
        answer = client.get(f"/questions/{question.pk}/versions/?{query}")
        assert answer.status_code == 200

    @pytest.mark.parametrize("type_", WRITTEN)
    def test_every_field_of_every_kind_has_a_name_in_the_difference(
        self, client_of, trainer, type_
    ):
        question = make_question(type_, owner=trainer)
        client = client_of(trainer)
        data = self.form_of(question, explanation="Otherwise.", marks="3", tags="new")
        self.edit(client, question, data)
        answer = client.get(f"/questions/{question.pk}/versions/")
        changed = [each.name for each in answer.context["changes"]]
        assert changed == ["Explanation", "Points", "Tags"]

    def test_words_that_a_page_lost_come_back_and_nothing_is_saved(self, client_of, trainer):
        question = make_question(owner=trainer)
        data = self.form_of(question, text="Lost and found", again="1")
        answer = self.edit(client_of(trainer), question, data)
        assert answer.context["form"]["text"].value() == "Lost and found"
        assert newest(question).number == 1


class TestTheWayBack:
    def test_it_leads_to_where_one_came_from(self, client_of, trainer):
        answer = posted(client_of(trainer), "ESSAY", written_in("ESSAY"), "&next=/quizzes/3/edit/")
        assert answer["Location"] == "/quizzes/3/edit/"

    @pytest.mark.parametrize(
        "way", ["//evil.example/", "https://evil.example/", "javascript:x", "/\\evil", "x"]
    )
    def test_but_only_to_paths_of_ours(self, client_of, trainer, way):
        answer = posted(client_of(trainer), "ESSAY", written_in("ESSAY"), f"&next={way}")
        assert answer["Location"].startswith("/questions/")

    def test_the_choice_of_a_kind_keeps_it(self, client_of, trainer):
        page = client_of(trainer).get(f"{NEW}?next=/quizzes/3/edit/").content.decode()
        assert "next=%2Fquizzes%2F3%2Fedit%2F&amp;type=ESSAY" in page
