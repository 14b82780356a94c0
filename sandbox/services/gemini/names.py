"""What the service is called, by which key it is asked, and which models it knows."""

import re

NAME = "gemini"
KEY = "sandbox-gemini-key"
# The library asks by the first where it is told nothing else; both know the same here.
VERSIONS = ("v1", "v1beta")
# Those that it lists; others of the same build are answered as well.
MODELS = ("gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro")
MODEL = re.compile(r"gemini-(?:\d(?:\.\d)?-)?(?:flash|pro)(?:-lite)?(?:-(?:latest|preview|\d{3}))*")
MOST_TOKENS_IN = 1_048_576
MOST_TOKENS_OUT = 65_536
CHARACTERS_A_TOKEN = 4


def tokens_of(text: str) -> int:
    """About as many as Google would count."""
    return -(-len(text) // CHARACTERS_A_TOKEN)
