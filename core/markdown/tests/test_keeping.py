"""Results are kept as long as there is room."""

from core.markdown.keeping import Shelf


def test_what_was_not_asked_for_longest_goes_first():
    shelf = Shelf(room=6)
    shelf.put("a", "aa")
    shelf.put("b", "bb")
    shelf.put("c", "cc")
    assert shelf.get("a") == "aa"
    shelf.put("d", "dd")
    assert [shelf.get(key) for key in "abcd"] == ["aa", None, "cc", "dd"]


def test_what_has_no_room_at_all_is_not_kept():
    shelf = Shelf(room=3)
    shelf.put("a", "aa")
    shelf.put("b", "bbbb")
    assert (shelf.get("b"), len(shelf), shelf.room) == (None, 0, 3)


def test_the_same_twice_takes_room_once():
    shelf = Shelf(room=3)
    shelf.put("a", "aa")
    shelf.put("a", "aaa")
    assert (shelf.get("a"), shelf.room) == ("aaa", 0)
