"""Keys of rows as addresses and forms say them."""

DIGITS = 18


def is_key(text: str) -> bool:
    """Whether it may be the key of a row. A longer number may be more than the database takes."""
    return text.isascii() and text.isdecimal() and len(text) <= DIGITS
