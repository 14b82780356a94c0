"""What the embedded run says to the operator when it cannot go on."""


class EmbeddedError(Exception):
    """One sentence on what is wrong, and where it helps a second on what to do."""
