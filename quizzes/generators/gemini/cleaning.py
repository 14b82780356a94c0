"""What a model writes, without what nobody sees of it."""

from __future__ import annotations

import re
from typing import Any

from questions.formats.drafts import each_text, without_unseen

# What turns text around, breaks words or stands between them without being seen: a key that holds
# one is matched by no answer, and a choice reads otherwise than it is. Joiners are letters' own.
_HIDDEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def cleaned(said: Any) -> Any:
    """The same in all its texts, also where they were written by their numbers in JSON."""
    return each_text(without_unseen(said), lambda text: _HIDDEN.sub("", text))
