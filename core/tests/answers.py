"""What an answer of the API says, in short."""

from rest_framework.response import Response


def error_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]
