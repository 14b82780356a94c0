"""The question bank in a browser: its pages, and writing, comparing and importing by keys alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.tests.factories import UserFactory
from core.clock import now
from core.jobs.running import run_job
from questions.actions.outcomes import Outcome, record_outcomes
from questions.actions.saving import Facts, revise_question
from questions.kinds import kind_of
from questions.models import Chapter, ImportBatch, Question, QuestionVersion, Subject
from questions.tests.factories import WRITTEN, make_question
from tests.browser.axe import SOURCE, findings_here
from tests.browser.keys import press, reach
from tests.browser.modules import await_module
from tests.browser.platform import DATA_DIR
from tests.browser.test_every_page import faults

SHEET = (
    "type,text,reference,correct,choice_1,choice_2\n"
    "SINGLE,How many?,r-1,1,Two,Three\n"
    "ESSAY,Why?,r-2,,,\n"
)
WRONG = "SINGLE,Which?,r-3,,Two,Three\n"


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer")


@pytest.fixture
def questions(trainer) -> dict[str, Question]:
    """One of each kind, of which one was changed and answered, with a key that looks wrong."""
    subject = Subject.objects.create(code="sql", name="SQL")
    chapter = Chapter.objects.create(subject=subject, name="Joins", weight=100)
    place = {"subject": subject, "chapter": chapter}
    made = {type_: make_question(type_, owner=trainer, **place) for type_ in WRITTEN}
    rewrite(made["SINGLE"], "Which one is *right*, and why?", by=trainer)
    version = newest(made["SINGLE"])
    shares = [(0.0, 0.9), (1.0, 0.2)] * 6
    right = version.choices.get(is_correct=True).pk
    record_outcomes(
        [
            Outcome(version=version.pk, share=share, rest=rest, seconds=20, choices=[right])
            for share, rest in shares
        ]
    )
    return made


@pytest.fixture
def files_of_the_platform(settings):
    """What is sent there is read here, where its job runs."""
    settings.MEDIA_ROOT = DATA_DIR / "media"


def rewrite(question, text, *, by):
    outline, problems = kind_of("SINGLE").read({**WRITTEN["SINGLE"], "text": text})
    assert outline is not None, problems
    revise_question(question, outline=outline, facts=Facts(), by=by, at=now(), seed=3)
    question.refresh_from_db()


def fresh(question: Question) -> Question:
    return Question.objects.get(pk=question.pk)


def newest(question: Question) -> QuestionVersion:
    return QuestionVersion.objects.with_choices().get(question=question, number=question.newest)


def written_of(question: Question) -> dict:
    version = newest(question)
    return kind_of(version.type).write(version.material)


def write(page: Page, label: str, text: str, *, nth: int = 0) -> None:
    """Into the field that the Tab key leads to next."""
    reach(page, page.get_by_label(label, exact=True).nth(nth))
    press(page, "ControlOrMeta+a")
    page.keyboard.type(text)


def save(page: Page) -> Question:
    reach(page, page.get_by_role("button", name="Save", exact=True))
    press(page, "Enter")
    expect(page.get_by_text("The question is saved.")).to_be_visible()
    return Question.objects.get()


def send(page: Page, text: str) -> ImportBatch:
    page.goto("/questions/imports/")
    page.get_by_label("File of questions").set_input_files(
        {"name": "joins.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("Looking at each row")).to_be_visible()
    batch = ImportBatch.objects.latest("created_at")
    run_job(batch.job)
    return batch


class TestAllPages:
    def test_they_leave_nobody_out_hold_still_fit_and_are_light(self, page_of, trainer, questions):
        first = f"/questions/{questions['SINGLE'].pk}/"
        paths = [
            *("/questions/?q=right", "/questions/?q=nothing+like+it", first),
            *(f"{first}edit/", f"{first}versions/", f"{first}delete/"),
            "/questions/export/?format=gift",
        ]
        assert faults(page_of(trainer), paths) == []

    @pytest.mark.parametrize("part", [0, 1])
    def test_those_of_each_kind_do_too(self, page_of, trainer, questions, part):
        kinds = [type_ for type_ in WRITTEN if type_ != "SINGLE"][part::2]
        paths = [f"/questions/new/?type={type_}" for type_ in kinds]
        paths += [f"/questions/{questions[type_].pk}/" for type_ in kinds]
        assert faults(page_of(trainer), paths) == []

    def test_a_form_with_mistakes_and_a_conflict_do_too(self, page_of, trainer, questions, watch):
        watch.expect("409")
        page: Page = page_of(trainer)
        page.add_init_script(path=SOURCE)
        page.goto("/questions/new/?type=MATCHING")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("[data-error-summary]")).to_be_focused()
        assert findings_here(page) == []
        page.goto(f"/questions/{questions['SINGLE'].pk}/edit/")
        page.get_by_label("Question", exact=True).fill("Mine?")
        rewrite(questions["SINGLE"], "Theirs?", by=UserFactory(admin=True))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Somebody has saved version 3")).to_be_visible()
        expect(page.get_by_label("Question", exact=True)).to_have_value("Mine?")
        assert findings_here(page) == []


class TestManyAtOnce:
    @pytest.fixture
    def bank(self, trainer) -> list[Question]:
        """Two pages of them, in the order of their letters."""
        return [
            make_question(owner=trainer, written={"text": f"Number {n:02} of them"})
            for n in range(52)
        ]

    def open(self, page: Page) -> None:
        page.goto("/questions/?sort=question")
        await_module(page, "table-select")

    def test_a_stretch_is_tagged_and_the_tags_taken_back(self, page_of, bank):
        page: Page = page_of(bank[0].owner)
        self.open(page)
        bar = page.locator(".selection-bar")
        expect(bar.get_by_role("status")).to_have_text("Nothing selected")
        expect(bar.get_by_role("button")).not_to_be_visible()
        expect(page.get_by_label("All 52, on every page")).not_to_be_visible()
        page.get_by_label("Select Number 01").click()
        page.get_by_label("Select Number 03").click(modifiers=["Shift"])
        expect(bar.get_by_role("status")).to_have_text("3 selected")
        expect(bar.get_by_label("Tags")).not_to_be_visible()
        bar.get_by_label("What to do").select_option("Add tags")
        bar.get_by_label("Tags").fill("joins, basics")
        bar.get_by_role("button", name="Do it").click()

        expect(page.get_by_text("3 questions have more tags now: basics, joins.")).to_be_visible()
        assert [newest(fresh(each)).tags for each in bank[:2]] == [[], ["basics", "joins"]]

        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("3 questions are as they were before.")).to_be_visible()
        assert newest(fresh(bank[1])).tags == []
        expect(page).to_have_url(re.compile(r"/questions/\?sort=question$"))

    def test_by_keys_alone(self, page_of, bank):
        page: Page = page_of(bank[0].owner)
        self.open(page)
        said = page.locator(".selection-bar").get_by_role("status")
        reach(page, page.get_by_label("Select Number 00"))
        press(page, "Space", "Shift+ArrowDown", "Shift+ArrowDown")
        expect(said).to_have_text("3 selected")
        press(page, "ArrowUp")
        expect(page.get_by_label("Select Number 01")).to_be_focused()
        press(page, "Space")
        expect(said).to_have_text("2 selected")
        page.get_by_label("All 52, on every page").focus()
        press(page, "Space")
        expect(said).to_have_text("52 selected")
        page.get_by_label("Select Number 07").uncheck()
        expect(said).to_have_text("49 selected")

    def test_what_opens_leaves_nobody_out(self, page_of, bank):
        page: Page = page_of(bank[0].owner)
        page.set_viewport_size({"width": 360, "height": 700})
        page.add_init_script(path=SOURCE)
        self.open(page)
        page.get_by_label("Select Number 07").check()
        page.get_by_label("All 52, on every page").check()
        bar = page.locator(".selection-bar")
        for deed, field in (
            ("Add tags", "Tags"),
            ("Put into a chapter", "Put into"),
            ("Set the difficulty", "Difficulty"),
        ):
            bar.get_by_label("What to do").select_option(deed)
            expect(bar.get_by_label(field)).to_be_visible()
            assert findings_here(page) == []
        bar.get_by_label("What to do").select_option("Delete…")
        bar.get_by_role("button", name="Do it").click()
        expect(page.get_by_role("heading", name="Delete 52 questions?")).to_be_visible()
        assert findings_here(page) == []
        page.get_by_role("button", name="Delete them").click()
        expect(page.get_by_text("52 questions are deleted.")).to_be_visible()
        assert findings_here(page) == []

    def test_without_scripts(self, browser: Browser, live_platform, client_of, bank, settings):
        client = client_of(bank[0].owner)
        context = browser.new_context(base_url=live_platform.url, java_script_enabled=False)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_platform.url}])
        page = context.new_page()
        page.goto("/questions/")
        page.get_by_label("All 52, on every page").check()
        page.get_by_label("What to do").select_option("Set the difficulty")
        page.locator("#to_difficulty").select_option("Hard")
        page.get_by_role("button", name="Do it").click()
        expect(page.get_by_text("52 questions are now hard.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("52 questions are as they were before.")).to_be_visible()
        context.close()
        assert newest(fresh(bank[51])).difficulty == "medium"


class TestWritingByKeys:
    def begin(self, page: Page, type_: str) -> None:
        page.goto(f"/questions/new/?type={type_}")
        await_module(page, "row-list")
        write(page, "Question", "What comes of it?")

    def test_one_of_several(self, page_of, trainer):
        page: Page = page_of(trainer)
        page.goto("/questions/new/")
        reach(page, page.get_by_role("link", name="Single choice"))
        press(page, "Enter")
        expect(page).to_have_url("/questions/new/?type=SINGLE")
        await_module(page, "row-list")
        write(page, "Question", "How many?")
        write(page, "Choice", "Three")
        page.keyboard.press("Tab")
        reach(page, page.get_by_label("Right", exact=True).nth(0))
        write(page, "Choice", "Two", nth=1)
        press(page, "Alt+ArrowUp")
        expect(page.get_by_label("Choice", exact=True).nth(0)).to_have_value("Two")
        expect(page.get_by_text("Now in place 1 of 4.")).to_be_attached()
        reach(page, page.get_by_label("Right", exact=True).nth(1))
        press(page, "ArrowUp")
        expect(page.get_by_label("Right", exact=True).nth(0)).to_be_checked()
        question = save(page)
        assert written_of(question)["choices"] == [
            {"text": "Two", "correct": True},
            {"text": "Three", "correct": False},
        ]

    def test_matching(self, page_of, trainer):
        page: Page = page_of(trainer)
        self.begin(page, "MATCHING")
        for place, (left, right) in enumerate((("GET", "reads"), ("POST", "adds"))):
            write(page, "Left side", left, nth=place)
            write(page, "Belongs to", right, nth=place)
        write(page, "Right side", "dances")
        assert written_of(save(page)) == {
            "text": "What comes of it?",
            "pairs": [{"left": "GET", "right": "reads"}, {"left": "POST", "right": "adds"}],
            "distractors": ["dances"],
        }

    def test_ordering_with_one_more_row_and_one_less(self, page_of, trainer):
        page: Page = page_of(trainer)
        self.begin(page, "ORDERING")
        for place, item in enumerate(("one", "two", "too much", "four")):
            write(page, "Item", item, nth=place)
        reach(page, page.get_by_role("button", name="Add an item"))
        press(page, "Enter")
        expect(page.get_by_label("Item", exact=True).nth(4)).to_be_focused()
        page.keyboard.type("three")
        press(page, "Alt+ArrowUp")
        page.get_by_label("Item", exact=True).nth(2).focus()
        reach(page, page.get_by_role("button", name="Remove").nth(2))
        press(page, "Enter")
        expect(page.get_by_label("Item", exact=True)).to_have_count(4)
        assert written_of(save(page))["items"] == ["one", "two", "three", "four"]

    def test_blanks_get_their_rows_from_the_text(self, page_of, trainer):
        page: Page = page_of(trainer)
        page.goto("/questions/new/?type=FILL_BLANKS")
        write(page, "Question", "{{verb}} name {{word}} tools")
        reach(page, page.get_by_role("button", name="Save", exact=True))
        press(page, "Enter")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        expect(page.get_by_label("Blank", exact=True).nth(1)).to_have_value("word")
        write(page, "Answers that count, one a line", "SELECT")
        write(page, "Answers that count, one a line", "FROM", nth=1)
        assert written_of(save(page))["blanks"] == {
            "verb": {"accepted": ["SELECT"]},
            "word": {"accepted": ["FROM"]},
        }

    def test_an_answer_is_tried_without_saving(self, page_of, trainer):
        page: Page = page_of(trainer)
        self.begin(page, "SHORT_TEXT")
        write(page, "Answer", "commit")
        write(page, "Try an answer", "Commit")
        reach(page, page.get_by_role("button", name="Try it"))
        press(page, "Enter")
        expect(page.get_by_text("Right: this gets all points.")).to_be_visible()
        expect(page.get_by_label("Question", exact=True)).to_have_value("What comes of it?")
        assert not Question.objects.exists()


def test_a_row_is_dragged_to_its_place(page_of, trainer):
    page: Page = page_of(trainer)
    page.goto("/questions/new/?type=ORDERING")
    await_module(page, "row-list")
    for place, item in enumerate(("a", "b", "c")):
        page.get_by_label("Item", exact=True).nth(place).fill(item)
    grips = page.locator("[data-grip]")
    first, third = (grips.nth(n).bounding_box() for n in (0, 2))
    page.mouse.move(first["x"] + 4, first["y"] + 4)
    page.mouse.down()
    page.mouse.move(third["x"] + 4, third["y"] + 44, steps=12)
    page.mouse.up()
    items = page.get_by_label("Item", exact=True)
    assert [items.nth(n).input_value() for n in range(3)] == ["b", "c", "a"]


def test_a_row_that_has_moved_is_let_go_wherever_the_pointer_is(page_of, trainer):
    page: Page = page_of(trainer)
    page.goto("/questions/new/?type=ORDERING")
    await_module(page, "row-list")
    grips = page.locator("[data-grip]")
    first, third = (grips.nth(n).bounding_box() for n in (0, 2))
    page.mouse.move(first["x"] + 4, first["y"] + 4)
    page.mouse.down()
    page.mouse.move(third["x"] + 4, third["y"] + 44, steps=12)
    page.mouse.move(4, 4)
    page.mouse.up()
    expect(page.locator("[data-dragged]")).to_have_count(0)


def test_only_the_first_button_drags_a_row(page_of, trainer):
    page: Page = page_of(trainer)
    page.goto("/questions/new/?type=ORDERING")
    await_module(page, "row-list")
    grip = page.locator("[data-grip]").first.bounding_box()
    page.mouse.move(grip["x"] + 4, grip["y"] + 4)
    page.mouse.down(button="right")
    expect(page.locator("[data-dragged]")).to_have_count(0)
    page.mouse.up(button="right")


def test_words_of_a_page_that_was_lost_come_back_with_their_rows(page_of, trainer):
    page: Page = page_of(trainer)
    page.goto("/questions/new/?type=SINGLE")
    await_module(page, "row-list")
    await_module(page, "unsaved-words")
    page.get_by_role("button", name="Add a choice").click()
    page.get_by_label("Choice", exact=True).nth(4).fill("The fifth")
    page.get_by_label("Question", exact=True).fill("Half a ques")
    page.goto("/questions/")
    page.goto("/questions/new/?type=SINGLE")
    page.get_by_role("button", name="Put them back").click()
    expect(page.get_by_label("Question", exact=True)).to_have_value("Half a ques")
    expect(page.get_by_label("Choice", exact=True).filter(has_text="The fifth")).to_have_count(1)
    assert not Question.objects.exists()


def test_a_question_is_written_without_scripts(
    browser: Browser, live_platform, client_of, trainer, settings
):
    context = browser.new_context(base_url=live_platform.url, java_script_enabled=False)
    cookie = client_of(trainer).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_platform.url}])
    page = context.new_page()
    page.goto("/questions/new/?type=ORDERING")
    page.get_by_label("Question", exact=True).fill("In which order?")
    items = page.get_by_label("Item", exact=True)
    for place, item in enumerate(("second", "first", "third")):
        items.nth(place).fill(item)
    page.get_by_role("button", name="Move up").nth(1).click()
    page.get_by_role("button", name="Add an item").click()
    items.nth(4).fill("fourth")
    page.get_by_role("button", name="Save", exact=True).click()
    assert written_of(Question.objects.get())["items"] == ["first", "second", "third", "fourth"]
    context.close()


def test_what_a_version_changed_is_seen_and_an_old_one_comes_back(page_of, trainer, questions):
    page: Page = page_of(trainer)
    page.goto(f"/questions/{questions['SINGLE'].pk}/")
    page.get_by_role("link", name="Versions and what differs").click()
    difference = page.get_by_role("region", name="Differences")
    expect(difference.locator("del").first).to_contain_text("A question of the kind SINGLE?")
    expect(difference.locator("ins").first).to_contain_text("and why?")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Version 1 is back, as version 3.")).to_be_visible()
    questions["SINGLE"].refresh_from_db()
    assert newest(questions["SINGLE"]).text == "A question of the kind SINGLE?"


def test_an_answer_is_tried_in_place(page_of, trainer, questions):
    page: Page = page_of(trainer)
    page.goto(f"/questions/{questions['TRUE_FALSE'].pk}/")
    page.get_by_role("radio", name="True").check()
    page.get_by_role("button", name="Try this answer").click()
    expect(page.get_by_text("1 of 1")).to_be_visible()


def test_several_are_selected_and_put_into_a_chapter(page_of, trainer, questions):
    chapter = Chapter.objects.get()
    Question.objects.update(chapter=None, subject=None)
    page: Page = page_of(trainer)
    page.goto("/questions/?type=ESSAY")
    await_module(page, "table-select")
    expect(page.get_by_role("button", name="Do it")).not_to_be_visible()
    page.get_by_label("Select A question of the kind ESSAY?").check()
    page.get_by_label("What to do").select_option("Put into a chapter")
    page.get_by_label("Put into", exact=True).select_option(label="Joins")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("1 question is now in SQL · Joins.")).to_be_visible()
    expect(page).to_have_url("/questions/?type=ESSAY")
    assert list(Question.objects.filter(chapter=chapter)) == [questions["ESSAY"]]


@pytest.mark.usefixtures("files_of_the_platform")
def test_a_file_with_wrong_rows_is_taken_in_and_back(page_of, trainer):
    page: Page = page_of(trainer)
    page.add_init_script(path=SOURCE)
    send(page, SHEET + WRONG)
    expect(page.get_by_text("1 row is wrong", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Wrong 1").click()
    expect(page.get_by_text("Row 4")).to_be_visible()
    expect(page.get_by_text("Mark one choice as correct, and only one.")).to_be_visible()
    expect(page.get_by_text("Row 2")).to_have_count(0)
    assert findings_here(page) == []
    with page.expect_download() as saved:
        page.get_by_role("link", name="Wrong rows as a workbook").click()
    assert saved.value.suggested_filename == "questions-to-mend.xlsx"
    page.get_by_role("button", name="Take in the 2 good ones").click()
    expect(page.get_by_text("Taking the questions in")).to_be_visible()
    batch = ImportBatch.objects.get()
    run_job(batch.job)
    expect(page.get_by_text("It is taken in")).to_be_visible(timeout=60_000)
    assert Question.objects.count() == 2
    assert findings_here(page) == []
    page.get_by_role("link", name="Take it back").click()
    expect(page.get_by_role("heading", name="Take the import back?")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("This import was taken back")).to_be_visible()
    assert not Question.objects.exists()


@pytest.mark.usefixtures("files_of_the_platform")
def test_pages_of_an_import_leave_nobody_out(page_of, trainer):
    page: Page = page_of(trainer)
    batch = send(page, SHEET + WRONG)
    expect(page.get_by_text("1 row is wrong", exact=True)).to_be_visible(timeout=60_000)
    address = f"/questions/imports/{batch.pk}/"
    paths = [address, f"{address}?state=changed", f"{address}undo/", "/questions/imports/"]
    assert faults(page_of(trainer), paths) == []
