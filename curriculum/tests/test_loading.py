"""Loading content files: new comes, edits stay, what is gone retires, and again changes nothing."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import AuditEntry
from accounts.tests.races import Meeting, at_once
from core.clock import now
from core.events.models import Event
from curriculum.actions import content as loading
from curriculum.actions.content import load_content, restore_content
from curriculum.actions.content_edits import save_edit
from curriculum.content_files import read_tracks
from curriculum.errors import NotInFiles
from curriculum.loading import FOLDER, load_own_content
from curriculum.models import Deliverable, Project, Step, Track
from curriculum.progress import outlines_of
from curriculum.tests.factories import enrolled, hand_in
from curriculum.tests.test_content_files import PROJECT, TRACK

STEPS = {
    "look": ("Look at the list", "Open it."),
    "read": ("Read the list", "Use pandas."),
    "count": ("Count the rows", "Count them twice."),
    "tell": ("Tell what you saw", "Write it down."),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "content"
    (place / "DP").mkdir(parents=True)
    (place / "DP" / "track.md").write_text(TRACK)
    write(place, *STEPS)
    return place


def write(folder, *keys, title=None, **texts):
    """The first project with these steps, in this order; some with another text."""
    head = PROJECT[: PROJECT.index("## Look at the list")]
    if title:
        head = head.replace("Prices that anyone can check", title)
    steps = []
    for key in keys:
        name, text = STEPS.get(key, (f"Step {key}", "Do it."))
        steps.append(f"## {name} {{#{key}}}\n\n{texts.get(key, text)}\n\n**Done when** it is.\n")
    (folder / "DP" / "01-prices.md").write_text(head + "\n".join(steps))


def load(folder, **options):
    return load_content(read_tracks(folder), at=now(), **options)


def order():
    return list(Step.objects.living().order_by("number").values_list("key", flat=True))


def step(key):
    return Step.objects.get(key=key)


def edit(row, admin, **facts):
    for name, value in facts.items():
        setattr(row, name, value)
    save_edit(row, fields=list(facts), by=admin, at=now())


def command(*arguments, **options):
    said = StringIO()
    call_command("load_content", *arguments, stdout=said, **options)
    return said.getvalue()


def test_everything_is_there_after_the_first_time(folder):
    report = load(folder)

    project = Project.objects.get()
    assert (project.track.code, project.title) == ("DP", "Prices that anyone can check")
    assert order() == list(STEPS)
    assert list(Deliverable.objects.values_list("key", "number")) == [
        ("notebook", 1),
        ("change", 2),
    ]
    assert Deliverable.objects.get(key="change").approves_on_merge
    assert len(report.made) == 1 + 1 + 4 + 2
    assert Event.objects.get(name="curriculum.content_loaded").payload["made"] == 8


def test_the_same_files_again_change_nothing(folder):
    load(folder)
    rows = [list(kind.objects.order_by("pk").values()) for kind in (Track, Project, Step)]

    report = load(folder)

    assert not report.has_changed_anything
    assert not report.kept
    assert rows == [list(kind.objects.order_by("pk").values()) for kind in (Track, Project, Step)]
    assert Event.objects.filter(name="curriculum.content_loaded").count() == 1


def test_what_the_files_say_anew_comes(folder):
    load(folder)
    write(folder, *STEPS, title="Prices, again", look="Close it.")

    report = load(folder)

    assert sorted(report.changed) == ["1. Prices, again", "Look at the list"]
    assert step("look").description == "Close it."


def test_an_edit_stays_and_is_told(folder, admin):
    load(folder)
    edit(step("look"), admin, description="Open it, slowly.")
    write(folder, *STEPS, look="Close it.")

    report = load(folder)

    assert report.kept == ["Look at the list"]
    assert step("look").description == "Open it, slowly."
    assert "kept as edited here: Look at the list" in command(str(folder))


def test_what_was_edited_gives_way_where_it_is_told_to(folder, admin):
    load(folder)
    edit(step("look"), admin, description="Open it, slowly.")
    edit(step("read"), admin, retired_at=now())

    assert "changed: Look at the list" in command(str(folder), overwrite=True)

    assert step("look").description == "Open it."
    assert order() == list(STEPS)
    assert command(str(folder)) == "Everything is loaded already.\n"


def test_a_step_that_is_dropped_retires_and_comes_back(folder):
    load(folder)
    student = enrolled(Track.objects.get())
    write(folder, "look", "count", "tell", "more")
    assert load(folder).retired == ["Read the list"]
    assert order() == ["look", "count", "tell", "more"]
    assert step("read").number == 5
    write(folder, *STEPS)

    report = load(folder)

    assert report.changed == ["Read the list"]
    assert report.retired == ["Step more"]
    assert order() == list(STEPS)
    assert student.steps_done.count() == 0


def test_what_was_handed_in_outlives_its_deliverable(folder):
    load(folder)
    student = enrolled(Track.objects.get())
    submission = hand_in(Deliverable.objects.get(key="notebook"), student)
    text = (folder / "DP" / "01-prices.md").read_text()
    (folder / "DP" / "01-prices.md").write_text(text.replace("key: notebook", "key: report"))

    report = load(folder)

    submission.refresh_from_db()
    assert submission.deliverable.retired_at is not None
    assert report.made == report.retired == ["The notebook"]


def test_steps_change_places_as_in_the_file(folder):
    load(folder)
    write(folder, *reversed(STEPS))

    load(folder)

    assert order() == list(reversed(STEPS))


def test_a_step_of_an_admins_own_stays_where_it_was_put(folder, admin):
    load(folder)
    project = Project.objects.get()
    with transaction.atomic():
        for number, key in enumerate(["read", "count", "tell"], start=3):
            Step.objects.filter(key=key).update(number=number)
        own = Step(project=project, key="own", number=2, title="Breathe", description="In, out.")
        save_edit(own, fields=[], by=admin, at=now())

    report = load(folder)

    assert not report.has_changed_anything
    assert not report.kept
    assert order() == ["look", "own", "read", "count", "tell"]
    write(folder, "new", *STEPS)
    load(folder)
    assert order() == ["new", "own", "look", "read", "count", "tell"]


def test_places_that_an_admin_chose_stay(folder, admin):
    load(folder)
    with transaction.atomic():
        edit(step("tell"), admin, number=1)
        for number, key in enumerate(["look", "read", "count"], start=2):
            Step.objects.filter(key=key).update(number=number)

    assert not load(folder).has_changed_anything

    assert order() == ["tell", "look", "read", "count"]
    write(folder, *STEPS, tell="Write it down, in a table.")
    assert load(folder).changed == ["Tell what you saw"]
    assert order() == ["tell", "look", "read", "count"]


def test_what_an_admin_retired_stays_so_and_is_told(folder, admin):
    load(folder)
    edit(step("read"), admin, retired_at=now())

    report = load(folder)

    assert report.kept == ["Read the list"]
    assert order() == ["look", "count", "tell"]


def test_what_an_admin_wants_outlives_its_place_in_the_file(folder, admin):
    load(folder)
    edit(step("read"), admin, title="Read it")
    write(folder, "look", "count", "tell", "more")

    report = load(folder)

    assert report.kept == ["Read it"]
    assert "read" in order()
    assert load(folder, overwrite=True).retired == ["Read it"]
    assert "read" not in order()


def test_one_row_is_as_in_its_file_again(folder, admin):
    load(folder)
    edit(step("look"), admin, description="Mine.", retired_at=now())
    edit(step("read"), admin, description="Mine too.")

    restore_content(step("look"), files=read_tracks(folder), by=admin, at=now())

    assert step("look").description == "Open it."
    assert step("read").description == "Mine too."
    assert order() == list(STEPS)
    assert AuditEntry.objects.filter(action="curriculum.content_restored").count() == 1
    assert load(folder).kept == ["Read the list"]


@pytest.mark.parametrize("kind", [Track, Project, Step, Deliverable])
def test_each_kind_is_brought_back_from_its_file(folder, admin, kind):
    load(folder)
    row = kind.objects.order_by("pk").first()
    name = "name" if kind is Track else "title"
    was = getattr(row, name)
    edit(row, admin, **{name: "Another name"})

    restore_content(row, files=read_tracks(folder), by=admin, at=now())

    row.refresh_from_db()
    assert (getattr(row, name), row.edited_at) == (was, None)


def test_what_was_made_here_has_no_file(folder, admin):
    load(folder)
    own = Step(project=Project.objects.get(), key="own", number=9, title="O", description="O")
    save_edit(own, fields=[], by=admin, at=now())
    for row in (own, Track.objects.create(code="OWN", name="O", pitch="O")):
        with pytest.raises(NotInFiles):
            restore_content(row, files=read_tracks(folder), by=admin, at=now())


def test_a_broken_file_names_itself_and_changes_nothing(folder):
    load(folder)
    write(folder, *STEPS, title="Prices, again")
    path = folder / "DP" / "01-prices.md"
    path.write_text(path.read_text().replace("hours: 14", "hours: many"))

    with pytest.raises(CommandError, match=r"^DP/01-prices\.md:6: `hours` of this project"):
        command(str(folder))

    assert Project.objects.get().title == "Prices that anyone can check"


def test_a_fault_in_the_middle_changes_nothing(folder, monkeypatch):
    def burst(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(loading, "forget_tracks", burst)
    with pytest.raises(RuntimeError):
        load(folder)
    assert not Track.objects.exists()


def test_what_comes_with_the_platform_is_loaded_and_whole():
    assert load_own_content(now())
    assert load_own_content(now()) == ""
    tracks = list(Track.objects.order_by("code"))
    assert [track.code for track in tracks] == ["DP", "FSD"]
    for outline in outlines_of(tracks).values():
        assert [project.number for project in outline] == list(range(1, len(outline) + 1))
        for project in outline:
            assert any(each.is_required for each in project.steps)
            assert any(each.is_required for each in project.deliverables)
    first = Deliverable.objects.filter(project__number=1, kind="file")
    assert {each.project.track.code for each in first} == {"DP", "FSD"}
    assert command(str(FOLDER)) == "Everything is loaded already.\n"


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    @pytest.fixture(autouse=True)
    def _met(self, monkeypatch):
        """Both have looked at what is there before either writes, unless one waits."""
        meeting, first = Meeting(2), loading.Loader.load_track

        def meet_and_load(loader, file, *, position):
            meeting.wait()
            first(loader, file, position=position)

        monkeypatch.setattr(loading.Loader, "load_track", meet_and_load)

    def both(self, folder):
        files = read_tracks(folder)
        go = lambda: load_content(files, at=now())  # noqa: E731
        return at_once(go, go)

    def test_without_a_line_one_of_them_fails(self, folder, monkeypatch):
        monkeypatch.setattr(loading, "wait_in_line", lambda: None)
        outcomes = self.both(folder)
        assert [isinstance(each, Exception) for each in outcomes].count(True) == 1

    def test_two_loaders_come_one_after_the_other(self, folder):
        outcomes = self.both(folder)
        assert sorted(len(each.made) for each in outcomes) == [0, 8]
        assert order() == list(STEPS)
