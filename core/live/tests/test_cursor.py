"""Reading a list that grows while others write to it."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from core import clock
from core.errors import Invalid
from core.live.cursor import SETTLED_AFTER, read_after, rows_after

User = get_user_model()
LONG_AGO = timedelta(hours=1)


def write(name: str, *, ago: timedelta = LONG_AGO):
    """Some row with an id and a time; that it is a person does not matter here."""
    return User.objects.create(email=f"{name}@example.test", joined_at=clock.now() - ago)


def read(after: int = 0, **options):
    return rows_after(
        User.objects.all(), after=after, at=clock.now(), written_at="joined_at", **options
    )


@pytest.mark.django_db
def test_rows_come_in_the_order_of_their_ids_and_only_those_after_the_cursor():
    one, two, three = write("one"), write("two"), write("three")
    assert read().rows == [one, two, three]
    assert read(one.pk).rows == [two, three]
    assert read(three.pk).rows == []


@pytest.mark.django_db
def test_a_page_says_where_to_read_on_and_the_last_one_that_there_is_no_more():
    rows = [write(str(number)) for number in range(5)]
    first = read(limit=2)
    second = read(first.next, limit=2)
    third = read(second.next, limit=2)
    assert [*first.rows, *second.rows, *third.rows] == rows
    assert third.next is None
    assert third.cursor == rows[-1].pk


@pytest.mark.django_db
def test_a_page_that_is_just_full_is_the_last_one():
    write("one"), write("two")
    assert read(limit=2).next is None


@pytest.mark.django_db
def test_the_cursor_stays_before_the_first_row_that_is_not_settled():
    old = write("old")
    fresh = write("fresh", ago=timedelta(seconds=1))
    written_before_but_numbered_after = write("late")
    page = read()
    assert page.rows == [old, fresh, written_before_but_numbered_after]
    assert page.cursor == old.pk
    assert read(fresh.pk - 1).cursor == fresh.pk - 1


@pytest.mark.django_db
def test_an_empty_list_leaves_the_cursor_where_it_was():
    assert read(7).cursor == 7
    assert read(7).next is None


@pytest.mark.django_db
def test_one_query_whatever_the_length(django_assert_num_queries):
    for count in (1, 20):
        for number in range(count):
            write(f"{count}-{number}")
        with django_assert_num_queries(1):
            read(limit=10)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_committed_after_a_later_one_was_read_is_not_missed():
    """First the fault: the id read last is no place to go on from."""
    has_its_id, may_commit = Event(), Event()

    def write_slowly() -> None:
        with transaction.atomic():
            write("slow", ago=timedelta(0))
            has_its_id.set()
            may_commit.wait(60)
        connection.close()

    slow = Thread(target=write_slowly)
    slow.start()
    assert has_its_id.wait(60)
    write("quick", ago=timedelta(0))
    before = read()
    may_commit.set()
    slow.join()

    assert [row.email for row in before.rows] == ["quick@example.test"]
    naive = User.objects.filter(pk__gt=before.rows[-1].pk)
    assert not naive.exists()
    assert [row.email for row in read(before.cursor).rows] == [
        "slow@example.test",
        "quick@example.test",
    ]


@pytest.mark.django_db
def test_a_row_settles_when_no_transaction_that_wrote_it_can_still_be_open():
    row = write("one", ago=SETTLED_AFTER + timedelta(seconds=1))
    assert read().cursor == row.pk


@pytest.mark.parametrize(("text", "number"), [(None, 0), ("", 0), ("0", 0), ("17", 17)])
def test_a_request_says_what_it_read_last(text, number):
    assert read_after(text) == number


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "٣", "9" * 30, " 1"])
def test_what_is_no_number_of_a_row_is_refused(text):
    with pytest.raises(Invalid):
        read_after(text)
