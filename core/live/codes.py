"""Why the server closes a socket; `docs/live.md` says what a client does about each."""

from enum import IntEnum


class Close(IntEnum):
    TOO_BIG = 1009
    TRY_AGAIN = 1013
    BAD_MESSAGE = 4400
    SIGN_IN_NEEDED = 4401
    NOT_ALLOWED = 4403
    SILENT = 4408
    SIGN_IN_ENDED = 4410
    TOO_MANY = 4429
