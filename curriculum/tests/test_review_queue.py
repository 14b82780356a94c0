"""The queue of reviews: who sees what waits, in which order, narrowed how, at which cost."""

import re
from datetime import timedelta

import pytest

from accounts.actions.trainers import assign_trainer
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from curriculum.actions.reviews import claim_submission
from curriculum.models import Decision, Submission
from curriculum.tests.factories import decide, enrolled, hand_in, make_track

pytestmark = pytest.mark.django_db

QUEUE = "/review/"


@pytest.fixture
def track():
    return make_track("FSD", name="Full-Stack Developer", projects=1, deliverables=2)


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["FSD"])


def parts_of(track):
    return list(track.projects.get().deliverables.order_by("number"))


def waits(track, *, name="Diya Patel", days=1, looked_after_by=None, place=0) -> Submission:
    """Work that somebody handed in so many days ago."""
    student = enrolled(track, UserFactory(name=name), at=now() - timedelta(days=40))
    if looked_after_by is not None:
        assign_trainer(student, trainer=looked_after_by, by=None, caller=Caller(), at=now())
    return hand_in(parts_of(track)[place], student, at=now() - timedelta(days=days))


def shown_in(client, query=""):
    answer = client.get(QUEUE + query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["page"].object_list]


def test_the_oldest_comes_first_and_says_how_long_it_waits(client_of, track, trainer):
    young = waits(track, name="Kabir Singh", days=2, looked_after_by=trainer)
    old = waits(track, name="Diya Patel", days=9, looked_after_by=trainer)
    client = client_of(trainer)
    assert shown_in(client) == [old.pk, young.pk]
    page = client.get(QUEUE).content.decode()
    assert "2 wait; the oldest for 1 week." in page.replace("\xa0", " ")
    assert "badge-negative" in page
    assert f'href="/review/{old.pk}/"' in page


def test_a_trainer_sees_their_own_students_and_the_pool_of_their_tracks(client_of, track, trainer):
    own = waits(track, looked_after_by=trainer, days=3)
    pooled = waits(track, days=2)
    of_another = waits(track, looked_after_by=UserFactory(trainer=True))
    elsewhere = waits(make_track("DP", projects=1))
    client = client_of(trainer)
    assert shown_in(client) == [own.pk, pooled.pk]
    assert shown_in(client, "?whose=mine") == [own.pk]
    assert shown_in(client, "?whose=pool") == [pooled.pk]
    staff = client_of(UserFactory(admin=True))
    assert set(shown_in(staff)) == {own.pk, pooled.pk, of_another.pk, elsewhere.pk}


def test_the_queue_is_not_for_students_and_strangers(client, client_of, student):
    assert client_of(student).get(QUEUE).status_code == 403
    assert client.get(QUEUE).url == "/accounts/login/?next=/review/"


def test_ones_own_work_waits_for_somebody_else(client_of, track):
    owner = UserFactory(superadmin=True)
    own = hand_in(parts_of(track)[0], enrolled(track, owner))
    other = waits(track)
    assert shown_in(client_of(owner)) == [other.pk]
    assert own.pk in shown_in(client_of(UserFactory(superadmin=True)))


def test_it_is_narrowed_by_track_project_state_and_name(client_of, track, admin):
    other = make_track("DP", projects=1)
    diya = waits(track, name="Diya Patel", days=3)
    kabir = waits(other, name="Kabir Singh", days=2)
    done = decide(waits(track, name="Meera Nair", days=5))
    client = client_of(admin)
    project = other.projects.get().pk
    assert shown_in(client, "?track=FSD") == [diya.pk]
    assert shown_in(client, f"?project={project}") == [kabir.pk]
    assert shown_in(client, f"?track=DP&project={project}") == [kabir.pk]
    assert shown_in(client, "?q=kab") == [kabir.pk]
    assert shown_in(client, "?state=approved") == [done.pk]
    assert set(shown_in(client, "?state=all")) == {diya.pk, kabir.pk, done.pk}
    assert shown_in(client, "?state=rejected") == []
    assert "Nothing fits these filters" in client.get(f"{QUEUE}?q=nobody").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?track=NOPE",
        "?project=999999",
        "?project=abc",
        "?project=99999999999999999999999",
        "?state=undecided",
        "?whose=everybodys",
        "?page=abc",
        "?page=900",
        "?q=%00",
        "?state=waiting&state=",
    ],
)
def test_what_makes_no_sense_is_as_if_it_were_not_asked(client_of, track, admin, query):
    only = waits(track)
    assert shown_in(client_of(admin), query) == [only.pk]


def test_what_is_to_be_done_is_counted_within_the_other_filters(client_of, track, admin):
    waits(track)
    decide(waits(track), Decision.CHANGES_REQUESTED)
    decide(waits(make_track("DP", projects=1)))
    client = client_of(admin)

    def counts(query):
        return [tab["count"] for tab in client.get(QUEUE + query).context["tabs"]]

    assert counts("") == [1, 1, None, None, None]
    decide(waits(track), Decision.CHANGES_REQUESTED)
    assert counts("?track=FSD&state=approved") == [1, 2, None, None, None]
    assert counts("?track=DP") == [0, 0, None, None, None]


def test_what_another_has_in_hand_says_so(client_of, track, trainer):
    taken = waits(track, name="Diya Patel", days=3)
    free = waits(track, name="Kabir Singh", days=2)
    other = UserFactory(trainer=True, name="Rohan Das", tracks=["FSD"])
    claim_submission(taken, by=other, at=now())
    client = client_of(trainer)
    answer = client.get(QUEUE)
    page = answer.content.decode()
    assert "Rohan has it" in page
    assert "1 of them is in somebody else" in page
    assert answer.context["first"].pk == free.pk
    assert "Rohan has it" not in client_of(other).get(QUEUE).content.decode()


def test_nothing_to_do_is_a_pleasure(client_of, trainer):
    page = client_of(trainer).get(QUEUE).content.decode()
    assert "All caught up" in page
    assert re.search(r'href="/class/"[^>]*>\s*<span>See your class', page)


@pytest.mark.parametrize("query", ["", "?state=all", "?whose=pool&q=person"])
def test_many_take_as_many_queries_as_few(
    client_of, track, trainer, query, django_assert_max_num_queries
):
    client, counted = client_of(trainer), []
    for more in (3, 22):
        for number in range(more):
            waits(track, name=f"Person {number}", place=number % 2)
        client.get(QUEUE)
        with django_assert_max_num_queries(14) as queries:
            client.get(QUEUE + query)
        counted.append(len(queries))
    assert counted[0] == counted[1]
