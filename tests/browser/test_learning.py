"""A student's way: the map, steps ticked off in place, work handed in and revised."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from core.clock import now
from core.files.models import StoredFile
from curriculum.actions.comments import write_comment
from curriculum.actions.submissions import HandedIn, revise_work
from curriculum.models import Comment, Decision, DeliverableKind, StepProgress, Submission
from curriculum.tests.factories import (
    decide,
    enrolled,
    finish,
    hand_in,
    in_cohort,
    make_deliverable,
    make_step,
    make_track,
    upload,
)
from tests.browser.holding import WIDER_THAN_SCREEN
from tests.browser.keys import press, reach
from tests.browser.test_every_page import faults
from tests.browser.test_steadiness import LENGTHEN, ZOOMED

DROP = """
([names]) => {
  const transfer = new DataTransfer();
  for (const name of names) transfer.items.add(new File([`id,total\\n1,${name}`], name));
  const zone = document.querySelector("file-drop");
  for (const type of ["dragover", "drop"]) {
    zone.dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer })
    );
  }
}
"""
FILES = "**/api/curriculum/files/"


@pytest.fixture
def track():
    return make_track("SHED", name="Shed keeper", projects=3, steps=4)


@pytest.fixture
def project(track):
    return track.projects.get(number=1)


@pytest.fixture
def learner(track):
    student = enrolled(track)
    in_cohort(track, student, starts_on=now().date() - timedelta(days=9))
    return student


@pytest.fixture
def page(page_of, learner) -> Page:
    return page_of(learner)


def of(project):
    return f"/projects/{project.pk}/"


def form_of(deliverable):
    return f"{of(deliverable.project)}deliverables/{deliverable.pk}/submit/"


def tick(page: Page, number: int):
    return page.get_by_role("button", name=f"Step {number} is done")


def open_project(page: Page, project) -> None:
    page.goto(of(project))
    expect(page.locator("step-list:defined")).to_be_visible()


def open_form(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("file-drop:defined")).to_be_visible()


def line(page: Page, name: str):
    return page.locator(".file-drop-line", has_text=name)


def revised(submission: Submission, note: str) -> Submission:
    work = HandedIn(note=note, uploads=[upload("better.csv", note.encode())])
    return revise_work(submission, work=work, by=submission.student, at=now())


def world_of(learner, track) -> list[str]:
    """Pages in every state, with titles that are longer than anybody would wish."""
    first, second, _third = track.projects.order_by("number")
    endless = "Donaudampfschifffahrtsgesellschaftskapitän " * 2
    make_step(first, number=9, title=endless, is_required=False)
    make_deliverable(first, number=9, kind=DeliverableKind.TEXT, title=endless, is_required=False)
    finish(first, learner)
    sent_back = hand_in(second.deliverables.get(number=1), learner)
    decide(sent_back, Decision.CHANGES_REQUESTED)
    revised(sent_back, "The loop is **gone**.\n\n```python\nprint(1)\n```")
    rejected = decide(hand_in(second.deliverables.get(number=2), learner), Decision.REJECTED)
    comment = write_comment(sent_back, body="Do you mean `this`?", by=learner, at=now())
    waiting = make_deliverable(second, number=3, kind=DeliverableKind.FILE)
    address = make_deliverable(second, number=4, kind=DeliverableKind.PULL_REQUEST)
    submission = f"/submissions/{sent_back.pk}/"
    return [
        "/dashboard/",
        "/tracks/",
        "/tracks/SHED/",
        f"/tracks/{make_track(projects=2).code}/",
        *(of(each) for each in track.projects.all()),
        form_of(waiting),
        form_of(address),
        submission,
        f"{submission}?from=1&to=2",
        f"{submission}revise/",
        f"{submission}comments/{comment.pk}/",
        f"{submission}comments/{comment.pk}/remove/",
        f"/submissions/{rejected.pk}/",
    ]


@pytest.mark.parametrize("share", range(2))
def test_every_page_leaves_nobody_out_holds_still_fits_and_is_light(page, learner, track, share):
    found = faults(page, world_of(learner, track)[share::2])
    assert found == [], "\n".join(found)


def test_pages_for_strangers_do_so_too(context, track, live_platform):
    paths = ["/tracks/", "/tracks/SHED/", of(track.projects.get(number=1))]
    assert faults(context.new_page(), paths) == []


def test_words_without_an_end_widen_no_page(page, learner, track):
    paths = world_of(learner, track)
    page.set_viewport_size(ZOOMED)
    found = []
    for path in paths:
        page.goto(path)
        page.evaluate(LENGTHEN)
        found += [f"{path}: {wide}" for wide in page.evaluate(WIDER_THAN_SCREEN)]
    assert found == [], "\n".join(found)


def test_steps_are_ticked_off_in_place(page, project, learner):
    open_project(page, project)
    tick(page, 1).click()
    expect(tick(page, 1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_have_text("1 of 6 done.")
    expect(page.locator("#overview")).to_contain_text("1 of 6 required")
    expect(tick(page, 2)).to_be_visible()
    expect(page.locator("#standing")).to_contain_text("Step 2: Step 2")
    second = project.steps.get(number=2)
    expect(page.locator(f"#step-{second.pk} details")).to_have_attribute("open", "")
    assert list(StepProgress.objects.values_list("step__number", flat=True)) == [1]


def test_what_one_has_opened_stays_open_and_what_is_ticked_off_closes(page, project):
    open_project(page, project)
    first, last = project.steps.get(number=1), project.steps.get(number=4)
    page.locator(f"#step-{last.pk} summary").click()
    tick(page, 1).click()
    expect(page.locator("#said")).to_have_text("1 of 6 done.")
    expect(page.locator(f"#step-{last.pk} details")).to_have_attribute("open", "")
    expect(page.locator(f"#step-{first.pk} details")).not_to_have_attribute("open", "")


def test_ticking_takes_no_mouse_and_keeps_the_focus(page, project):
    open_project(page, project)
    reach(page, tick(page, 1))
    press(page, "Space")
    expect(page.locator("#said")).to_have_text("1 of 6 done.")
    expect(tick(page, 1)).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#said")).to_have_text("0 of 6 done.")
    expect(tick(page, 1)).to_have_attribute("aria-pressed", "false")
    assert not StepProgress.objects.exists()


def test_ticks_that_come_quicker_than_answers_all_count(page, project):
    project.steps.update(is_required=False)
    open_project(page, project)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{of(project)}steps/*/", hold, times=1)
    for number in (1, 2, 3):
        tick(page, number).click()
    expect(page.locator(".tick[data-going]")).to_have_count(3)
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    for number in (1, 2, 3):
        expect(tick(page, number)).to_have_attribute("aria-pressed", "true")
    assert StepProgress.objects.count() == 3


def test_a_tick_that_another_tab_has_made_impossible_says_so(page, project, watch):
    watch.expect("status of 422")
    open_project(page, project)
    tick(page, 1).click()
    expect(tick(page, 2)).to_be_visible()
    StepProgress.objects.all().delete()
    tick(page, 2).click()
    expect(page.locator("[data-toasts]")).to_contain_text("An earlier step is still open")
    expect(tick(page, 1)).to_have_attribute("aria-pressed", "false")


def test_a_tick_without_a_network_is_told_and_can_be_made_again(page, project, watch):
    watch.expect("ERR_FAILED")
    watch.expect("htmx:(sendError|afterRequest)")
    open_project(page, project)
    page.route(f"**{of(project)}steps/*/", lambda route: route.abort(), times=1)
    tick(page, 1).click()
    expect(page.locator("[data-toasts]")).to_contain_text("did not go through")
    tick(page, 1).click()
    expect(page.locator("#said")).to_have_text("1 of 6 done.")


def test_files_fall_onto_the_form_and_are_handed_in(page, project, learner):
    deliverable = project.deliverables.get(kind=DeliverableKind.FILE)
    open_form(page, form_of(deliverable))
    page.evaluate(DROP, [["orders.csv", "spare.csv", "notes.md"]])
    for name in ("orders.csv", "spare.csv", "notes.md"):
        expect(line(page, name)).to_have_attribute("data-state", "done")
    assert StoredFile.objects.count() == 3
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.get_by_role("button", name="Remove spare.csv").click()
    assert deleted.value.status == 204
    assert set(StoredFile.objects.values_list("name", flat=True)) == {"orders.csv", "notes.md"}
    page.get_by_role("textbox", name="Note").fill("Please look at the loop.")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page).to_have_url(re.compile(r"/submissions/\d+/"))
    expect(page.locator("#main")).to_contain_text("orders.csv")
    revision = Submission.objects.get().revisions.get()
    assert {each.file.name for each in revision.files.all()} == {"orders.csv", "notes.md"}


def test_a_file_that_got_lost_is_sent_again_and_one_that_is_none_says_why(
    page, project, watch, tmp_path
):
    watch.expect("ERR_FAILED")
    watch.expect("status of 400")
    open_form(page, form_of(project.deliverables.get(kind=DeliverableKind.FILE)))
    page.route(FILES, lambda route: route.abort(), times=1)
    field = page.locator("input[type=file]")
    for name, content in (("orders.csv", b"id\n1\n"), ("virus.exe", b"MZ\x00\x01")):
        (tmp_path / name).write_bytes(content)
        field.set_input_files(tmp_path / name)
    expect(line(page, "orders.csv")).to_contain_text("The connection broke off")
    page.get_by_role("button", name="Send orders.csv again").click()
    expect(line(page, "orders.csv")).to_have_attribute("data-state", "done")
    expect(line(page, "virus.exe")).to_contain_text("of no kind that can be taken here")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page).to_have_url(re.compile(r"/submissions/\d+/"))


def test_a_file_on_its_way_can_be_stopped_and_leaves_nothing(page, project):
    open_form(page, form_of(project.deliverables.get(kind=DeliverableKind.FILE)))
    page.route(FILES, lambda _route: None)
    page.evaluate(DROP, [["film.csv"]])
    expect(line(page, "film.csv")).to_have_attribute("data-state", "sending")
    page.get_by_role("button", name="Stop sending film.csv").click()
    expect(line(page, "film.csv")).to_have_count(0)
    assert not StoredFile.objects.exists()


def test_what_is_wrong_has_the_focus_and_files_stay(page, project, learner):
    deliverable = make_deliverable(project, number=9, kind=DeliverableKind.TEXT)
    open_form(page, form_of(deliverable))
    page.evaluate(DROP, [["orders.csv"]])
    expect(line(page, "orders.csv")).to_have_attribute("data-state", "done")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_role("checkbox", name="orders.csv")).to_be_checked()
    page.get_by_label("Your text").fill("What I heard.")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("#main")).to_contain_text("orders.csv")


def test_a_revision_keeps_or_drops_files_and_shows_what_differs(page, project, learner):
    submission = hand_in(project.deliverables.get(kind=DeliverableKind.FILE), learner)
    decide(submission, Decision.CHANGES_REQUESTED)
    page.goto(f"/submissions/{submission.pk}/")
    page.get_by_role("link", name="Hand in a new revision").click()
    page.get_by_role("checkbox", name="orders.csv").uncheck()
    expect(page.locator("file-drop:defined")).to_be_visible()
    page.evaluate(DROP, [["better.csv"]])
    expect(line(page, "better.csv")).to_have_attribute("data-state", "done")
    page.get_by_role("button", name="Hand in revision").click()
    expect(page.get_by_role("heading", name="Revision 2")).to_be_visible()
    page.get_by_role("button", name="Show differences").click()
    differences = page.locator("#differences")
    expect(differences).to_contain_text("Added")
    expect(differences).to_contain_text("Removed")
    expect(page).to_have_url(f"/submissions/{submission.pk}/")


def test_a_conversation_goes_on_in_place(page, project, learner):
    submission = hand_in(project.deliverables.get(number=2), learner)
    page.goto(f"/submissions/{submission.pk}/")
    page.get_by_label("Comment").fill("Do you mean *this*?")
    page.get_by_role("button", name="Post comment").click()
    thread = page.locator("#thread")
    expect(thread.locator("em")).to_have_text("this")
    expect(page.get_by_label("Comment")).to_have_value("")
    thread.get_by_role("link", name="Edit").click()
    field = thread.locator(".comment-edited textarea")
    field.fill("Do you mean *that*?")
    thread.get_by_role("link", name="Cancel").click()
    expect(thread.locator("em")).to_have_text("this")
    thread.get_by_role("link", name="Edit").click()
    field.fill("Do you mean *that*?")
    thread.get_by_role("button", name="Save").click()
    expect(thread.locator("em")).to_have_text("that")
    thread.get_by_role("link", name="Delete").click()
    expect(thread).to_contain_text("Delete this comment?")
    thread.get_by_role("link", name="Keep it").click()
    expect(thread.locator("em")).to_have_text("that")
    thread.get_by_role("link", name="Delete").click()
    thread.get_by_role("button", name="Delete").click()
    expect(thread).to_contain_text("Nobody has written anything yet")
    assert not Comment.objects.exists()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_all_of_it_goes_without_scripts(page, project, learner, tmp_path):
    page.goto("/dashboard/")
    page.get_by_role("link", name="Begin").click()
    tick(page, 1).click()
    expect(tick(page, 1)).to_have_attribute("aria-pressed", "true")
    deliverable = project.deliverables.get(kind=DeliverableKind.FILE)
    page.goto(form_of(deliverable))
    (tmp_path / "orders.csv").write_bytes(b"id\n1\n")
    page.locator("input[type=file]").set_input_files(tmp_path / "orders.csv")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("#main")).to_contain_text("orders.csv")
    page.get_by_label("Comment").fill("Hello")
    page.get_by_role("button", name="Post comment").click()
    page.get_by_role("link", name="Edit").click()
    page.locator("textarea").fill("Hello again")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#thread")).to_contain_text("Hello again")


def test_a_decision_comes_to_the_page_that_is_open(page_of, learner, project, trainer):
    submission = hand_in(make_deliverable(project, number=8, kind=DeliverableKind.TEXT), learner)
    page: Page = page_of(learner)
    with page.expect_websocket():
        page.goto(f"/submissions/{submission.pk}/")
    page.get_by_label("Comment", exact=True).fill("I am just")
    write_comment(submission, body="Look at step two.", by=trainer, at=now())
    expect(page.get_by_text("Look at step two.")).to_be_visible()
    decide(submission, Decision.CHANGES_REQUESTED, by=trainer, feedback="Split it in two.")
    expect(page.get_by_text("Changes are asked for")).to_be_visible()
    expect(page.get_by_text("Split it in two.")).to_be_visible()
    expect(page.get_by_role("link", name="Hand in a new revision")).to_have_class(
        re.compile("primary")
    )
    expect(page.get_by_label("Comment", exact=True)).to_have_value("I am just")
