"""The bank in the admin: subjects are edited in place, all else is read."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from core.clock import now
from questions.actions.outcomes import Outcome, record_outcomes
from questions.models import (
    Chapter,
    ImportBatch,
    Question,
    QuestionVersion,
    Subject,
    VersionStatistics,
)
from questions.tests.factories import WRITTEN, make_question

READ = (Question, QuestionVersion, VersionStatistics, ImportBatch)
LISTS = (*READ, Subject)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client_of, admin):
    return client_of(admin)


def at(model, row=None):
    path = f"/admin/questions/{model._meta.model_name}/"
    return f"{path}{row.pk}/change/" if row else path


def make_each(number):
    subject = Subject.objects.create(code=f"s-{number}", name=f"Subject {number}")
    chapter = Chapter.objects.create(subject=subject, name="All", weight=100)
    owner = UserFactory(trainer=True)
    for type_ in WRITTEN:
        question = make_question(type_, owner=owner, subject=subject, chapter=chapter)
        version = QuestionVersion.objects.get(question=question)
        record_outcomes([Outcome(version=version.pk, share=1, rest=0.5, seconds=3)])
    ImportBatch.objects.create(owner=owner, file_name="a.csv", format="csv", created_at=now())
    return subject


def chapters(*rows, subject=None, removed=()):
    """The subject's page as a browser sends it; of each chapter its key, name and weight."""
    known = sum(1 for key, _name, _weight in rows if key)
    data = {
        "code": "sql",
        "name": "SQL",
        "description": "",
        "tracks": "FSD",
        "position": "1",
        "chapters-TOTAL_FORMS": len(rows),
        "chapters-INITIAL_FORMS": known,
    }
    for place, (key, name, weight) in enumerate(rows):
        data |= {
            f"chapters-{place}-id": key or "",
            f"chapters-{place}-subject": subject.pk if subject else "",
            f"chapters-{place}-name": name,
            f"chapters-{place}-position": place,
            f"chapters-{place}-weight": weight,
        }
        if place in removed:
            data[f"chapters-{place}-DELETE"] = "on"
    return data


class TestSubjects:
    def test_one_is_made_with_chapters_whose_weights_are_a_whole(self, staff, admin):
        answer = staff.post(
            f"{at(Subject)}add/", chapters((None, "Joins", 60), (None, "Indexes", 40))
        )
        assert answer.status_code == 302
        subject = Subject.objects.get(code="sql")
        assert [each.name for each in subject.chapters.all()] == ["Joins", "Indexes"]
        entry = AuditEntry.objects.get(action="questions.subject_added")
        assert entry.actor.user == admin

    @pytest.mark.parametrize("weights", [(60, 30), (100, 1), (0, 99)])
    def test_weights_that_are_no_whole_are_refused(self, staff, weights):
        rows = [(None, f"Part {n}", weight) for n, weight in enumerate(weights)]
        answer = staff.post(f"{at(Subject)}add/", chapters(*rows))
        assert "Together they make 100, or 0." in answer.content.decode()
        assert not Subject.objects.exists()

    def test_without_weights_it_waits_for_them(self, staff):
        staff.post(f"{at(Subject)}add/", chapters((None, "Joins", 0)))
        assert Subject.objects.count() == 1

    def test_a_chapter_that_goes_leaves_its_weight_to_the_others(self, staff):
        subject = Subject.objects.create(code="sql", name="SQL")
        kept, gone = (
            Chapter.objects.create(subject=subject, name=name, weight=50) for name in "ab"
        )
        rows = [(kept.pk, "a", 100), (gone.pk, "b", 50)]
        answer = staff.post(at(Subject, subject), chapters(*rows, subject=subject, removed={1}))
        assert answer.status_code == 302
        assert list(subject.chapters.values_list("name", "weight")) == [("a", 100)]

    def test_one_that_questions_are_about_stays(self, staff):
        subject = make_each(1)
        delete = at(Subject, subject).replace("change/", "delete/")
        staff.post(delete, {"post": "yes"})
        assert Subject.objects.filter(pk=subject.pk).exists()

    def test_a_chapter_that_questions_are_about_stays(self, staff):
        subject = make_each(1)
        chapter = subject.chapters.get()
        rows = [(chapter.pk, "All", 100)]
        staff.post(at(Subject, subject), chapters(*rows, subject=subject, removed={0}))
        assert subject.chapters.filter(pk=chapter.pk).exists()

    @pytest.mark.parametrize("weight", ["-1", "101", "x", ""])
    def test_a_weight_that_is_none(self, staff, weight):
        answer = staff.post(f"{at(Subject)}add/", chapters((None, "Joins", weight)))
        assert answer.status_code == 200
        assert not Subject.objects.exists()


@pytest.mark.parametrize("model", READ)
def test_staff_read_every_row_and_write_none(staff, model):
    make_each(1)
    row = model.objects.first()
    assert staff.get(at(model, row)).status_code == 200
    assert staff.get(f"{at(model)}add/").status_code == 403
    delete = at(model, row).replace("change/", "delete/")
    assert staff.post(delete, {"post": "yes"}).status_code == 403
    assert staff.post(at(model, row), {"status": "retired"}).status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_a_list_asks_as_many_questions_for_many_as_for_few(
    staff, model, django_assert_max_num_queries
):
    counted = []
    for numbers in (range(1), range(1, 3)):
        for number in numbers:
            make_each(number)
        staff.get(at(model))
        with django_assert_max_num_queries(13) as queries:
            assert staff.get(at(model)).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("model", LISTS)
def test_searches_and_filters_never_fail(staff, model):
    make_each(1)
    for text in ("ana", "sql", "%", "'", "7", "नम", "\x00"):
        assert staff.get(at(model), {"q": text}).status_code in {200, 302}
    for spec in staff.get(at(model)).context["cl"].filter_specs:
        for value in list(getattr(spec, "lookup_choices", ()))[:6]:
            key = value[0] if isinstance(value, tuple | list) else value
            name = getattr(spec, "parameter_name", None) or getattr(spec, "lookup_kwarg", None)
            if name:
                assert staff.get(at(model), {name: key}).status_code in {200, 302}


@pytest.mark.parametrize("role", ["student", "trainer"])
def test_it_is_staffs_alone(client_of, request, role):
    client = client_of(request.getfixturevalue(role))
    for model in LISTS:
        assert client.get(at(model)).status_code == 403
