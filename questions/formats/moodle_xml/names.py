"""What Moodle calls things, and how it writes them."""

from __future__ import annotations

import re
from decimal import Decimal

from questions.formats.drafts import plain_number

# Behind it stand the name and path of a file beside the text.
FILES = "@@PLUGINFILE@@/"
CLOZE = re.compile(
    r"\{\d*:(SHORTANSWER|SHORTANSWER_C|SA|SAC|MW|MWC):((?:\\.|[^}\\])*)\}", re.DOTALL
)
GRADINGS = {"-1": "all_or_nothing", "1": "partial"}
LONGEST_NUMBER = 40


def inverse(said: str) -> str:
    try:
        found = 1 / Decimal(said.strip()[:LONGEST_NUMBER])
    except ArithmeticError:
        return said
    return plain_number(found) if abs(found.adjusted()) < LONGEST_NUMBER else said
