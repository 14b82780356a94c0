"""The demo's quizzes: attempts in every state, made once, and as people answer."""

from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db.models import Count

from accounts.demo import DOMAIN
from accounts.models import User
from core.clock import now
from core.demo import is_demo_ready
from core.events.models import Event
from questions.models import QuestionVersion, VersionStatistics
from questions.statistics import Sums, item_statistics
from quizzes.demo import DOUBTFUL, are_quizzes_made, make_quizzes
from quizzes.models import Attempt, AttemptQuestion, AttemptStatus, Feedback, Quiz, QuizStatus

ROWS = (Quiz, Attempt, AttemptQuestion, Event)

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    return lambda: call_command("demo", verbosity=0)


def statistics_of(version):
    found = VersionStatistics.objects.get(version=version)
    return item_statistics(Sums(**{name: getattr(found, name) for name in Sums.__annotations__}))


def test_the_demo_is_whole_and_made_once(demo, client_of):
    demo()

    assert are_quizzes_made()
    assert is_demo_ready()
    assert Attempt.objects.count() >= 250
    before = [model.objects.count() for model in ROWS]
    make_quizzes(now())
    demo()
    assert [model.objects.count() for model in ROWS] == before
    _every_state_is_there()
    _answers_are_as_people_give_them()
    _one_key_looks_wrong()
    _every_page_of_it_opens(client_of)


def _every_state_is_there():
    published = Quiz.objects.published()
    assert published.count() >= 12
    assert Quiz.objects.filter(status=QuizStatus.DRAFT).count() == 2
    assert {quiz.feedback for quiz in published} == set(Feedback)
    assert published.filter(draw_rules__isnull=False).exists()
    assert published.filter(closes_at__lt=now()).exists()
    assert published.filter(closes_at__gt=now()).exists()
    assert {quiz.track and quiz.track.code for quiz in published} == {"FSD", "DP", None}
    assert not published.filter(project__isnull=True, track__isnull=False).exists()
    states = dict(Attempt.objects.values_list("status").annotate(n=Count("pk")))
    assert set(states) == set(AttemptStatus)
    assert Attempt.objects.filter(pending_count__gt=0).exists()
    assert AttemptQuestion.objects.exclude(marked_at=None).exists()
    open_ = AttemptQuestion.objects.filter(attempt__status=AttemptStatus.IN_PROGRESS)
    assert open_.filter(response__isnull=False).exists()
    assert open_.filter(response__isnull=True).exists()


def _answers_are_as_people_give_them():
    shares = [float(each.score / each.max_score) for each in Attempt.objects.ended()]
    assert 0.4 < sum(shares) / len(shares) < 0.8
    assert min(shares) < 0.35
    assert max(shares) == 1
    assert not Attempt.objects.filter(ended_at__gt=now()).exists()
    ended = Attempt.objects.ended().order_by("quiz", "student", "number")
    for earlier, later in pairwise(ended):
        is_the_same = (earlier.quiz_id, earlier.student_id) == (later.quiz_id, later.student_id)
        assert not is_the_same or earlier.ended_at <= later.started_at


def _one_key_looks_wrong():
    version = QuestionVersion.objects.get(text=DOUBTFUL["text"])
    assert statistics_of(version).has_doubtful_key
    known = VersionStatistics.objects.filter(answers__gte=10)
    others = [statistics_of(each.version) for each in known.exclude(version=version)]
    doubtful = sum(each.has_doubtful_key for each in others)
    assert len(others) > 60
    assert doubtful <= len(others) // 8


def _every_page_of_it_opens(client_of):
    for login in ("student", "student11"):
        person = User.objects.get(email=f"{login}@{DOMAIN}")
        client = client_of(person)
        quizzes = Quiz.objects.published().filter(attempts__student=person).distinct()
        pages = [f"/quizzes/{quiz.pk}/" for quiz in quizzes]
        pages += [f"/attempts/{each.pk}/" for each in Attempt.objects.filter(student=person)]
        assert len(pages) > 12
        assert _broken(client, ["/quizzes/", *pages]) == []
    client = client_of(User.objects.get(email=f"trainer@{DOMAIN}"))
    own = Quiz.objects.filter(author__email=f"trainer@{DOMAIN}").values_list("pk", flat=True)
    pages = [
        f"/quizzes/{quiz}/{page}" for quiz in own for page in ("edit/", "preview/", "results/")
    ]
    of_each_kind = QuestionVersion.objects.newest().order_by("type").distinct("type")
    pages += [f"/questions/{each.question_id}/" for each in of_each_kind]
    assert _broken(client, ["/questions/", *pages]) == []


def _broken(client, pages):
    return [page for page in pages if client.get(page).status_code != 200]
