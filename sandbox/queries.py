"""Numbers that come in an address, none larger than the database takes."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_DIGITS = 18


class IdConvertor(Convertor[int]):
    regex = rf"[0-9]{{1,{MOST_DIGITS}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("id", IdConvertor())


def number_asked(request: Request, name: str) -> int | None:
    value = request.query_params.get(name, "")
    if not value:
        return None
    if not value.isdecimal() or len(value) > MOST_DIGITS:
        raise HTTPException(400, f"“{name}” must be a whole number.")
    return int(value)
