"""Languages in which questions can be wished for, and whether a text is written like one."""

from __future__ import annotations

import re
import unicodedata

# By code: what it is called, and the script of its letters.
LANGUAGES = {
    "en": ("English", "LATIN"),
    "hi": ("हिन्दी", "DEVANAGARI"),
    "bn": ("বাংলা", "BENGALI"),
    "gu": ("ગુજરાતી", "GUJARATI"),
    "kn": ("ಕನ್ನಡ", "KANNADA"),
    "ml": ("മലയാളം", "MALAYALAM"),
    "mr": ("मराठी", "DEVANAGARI"),
    "pa": ("ਪੰਜਾਬੀ", "GURMUKHI"),
    "ta": ("தமிழ்", "TAMIL"),
    "te": ("తెలుగు", "TELUGU"),
    "ur": ("اردو", "ARABIC"),
    "de": ("Deutsch", "LATIN"),
    "es": ("Español", "LATIN"),
    "fr": ("Français", "LATIN"),
    "pt": ("Português", "LATIN"),
}
# Technical words stay Latin in every language, so a part of its own script is enough.
ENOUGH = 0.3
FEWEST_LETTERS = 12
_CODE = re.compile(r"```.*?```|`[^`\n]+`|\$[^$\n]+\$", re.DOTALL)


def fits_language(text: str, language: str) -> bool:
    """Judged by the letters outside of code; what has hardly any fits every language."""
    script = LANGUAGES.get(language, LANGUAGES["en"])[1]
    letters = [letter for letter in _CODE.sub(" ", text) if letter.isalpha()]
    if len(letters) < FEWEST_LETTERS:
        return True
    own = sum(unicodedata.name(letter, "").startswith(script) for letter in letters)
    return own >= ENOUGH * len(letters)
