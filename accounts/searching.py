"""Finding people by how the words of their name and their address begin, at any number of people.

An index on words answers whatever part of a name one types first; looking for a piece in the middle
of a word would read every row.
"""

from typing import Any, ClassVar

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func

MARKS = ".,@-_+'’/\\&|!*<>:;()"  # noqa: RUF001  (people write both apostrophes)
MOST_WORDS = 8
WORD_LENGTH = 100

_AS_SPACES = str.maketrans(dict.fromkeys(MARKS + "\x00", " "))


class PeopleWords(Func):
    """The words of a name and an address, in lower case; the index on people holds the same.

    Marks become spaces first: PostgreSQL would take an address or a hyphenated name as one word.
    """

    arity = 2
    template = (
        "to_tsvector('simple'::regconfig, translate(lower(%(expressions)s), "
        f"'{MARKS.replace(chr(39), chr(39) * 2)}', '{' ' * len(MARKS)}'))"
    )
    arg_joiner = " || ' ' || "
    output_field: ClassVar[Any] = SearchVectorField()


def words_beginning(text: str) -> SearchQuery | None:
    """What matches people of whom each word typed begins some word; None for no word at all."""
    words = text.lower().translate(_AS_SPACES).split()[:MOST_WORDS]
    if not words:
        return None
    wanted = " & ".join(f"'{word[:WORD_LENGTH]}':*" for word in words)
    return SearchQuery(wanted, config="simple", search_type="raw")
