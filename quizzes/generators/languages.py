"""Languages in which questions can be wished for, and whether a text is written like one."""

from __future__ import annotations

import re
import unicodedata

# By code: what it is called, the script of its letters, and what it is called in English.
LANGUAGES = {
    "en": ("English", "LATIN", "English"),
    "hi": ("हिन्दी", "DEVANAGARI", "Hindi"),
    "bn": ("বাংলা", "BENGALI", "Bengali"),
    "gu": ("ગુજરાતી", "GUJARATI", "Gujarati"),
    "kn": ("ಕನ್ನಡ", "KANNADA", "Kannada"),
    "ml": ("മലയാളം", "MALAYALAM", "Malayalam"),
    "mr": ("मराठी", "DEVANAGARI", "Marathi"),
    "pa": ("ਪੰਜਾਬੀ", "GURMUKHI", "Punjabi"),
    "ta": ("தமிழ்", "TAMIL", "Tamil"),
    "te": ("తెలుగు", "TELUGU", "Telugu"),
    "ur": ("اردو", "ARABIC", "Urdu"),
    "de": ("Deutsch", "LATIN", "German"),
    "es": ("Español", "LATIN", "Spanish"),
    "fr": ("Français", "LATIN", "French"),
    "pt": ("Português", "LATIN", "Portuguese"),
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
