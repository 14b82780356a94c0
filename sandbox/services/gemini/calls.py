"""The calls of the REST API: who asks, by which model, and the answer."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.frame import frame_of
from sandbox.services.gemini.answers import (
    answer_of,
    blocked_prompt,
    in_pieces,
    nothing,
)
from sandbox.services.gemini.asking import Asked, BadRequestError, read_request
from sandbox.services.gemini.faults import error_body, key_refused, plays_mark
from sandbox.services.gemini.names import (
    CHARACTERS_A_TOKEN,
    KEY,
    MODEL,
    MODELS,
    MOST_TOKENS_IN,
    MOST_TOKENS_OUT,
    NAME,
    VERSIONS,
)
from sandbox.services.gemini.writing import Writing

Handler = Callable[[Request], Awaitable[Response]]


async def generate(request: Request) -> Response:
    return JSONResponse(_answer(request, await _asked(request)))


async def stream(request: Request) -> Response:
    pieces = [*in_pieces(_answer(request, await _asked(request)))]
    if request.query_params.get("alt") != "sse":
        return JSONResponse(pieces)
    events = (f"data: {json.dumps(piece, ensure_ascii=False)}\r\n\r\n".encode() for piece in pieces)
    return StreamingResponse(events, media_type="text/event-stream")


async def count_tokens(request: Request) -> Response:
    body = await _body(request)
    asked = body.get("generateContentRequest", body) if isinstance(body, dict) else body
    counted = read_request(_model(request), asked).tokens
    details = [{"modality": "TEXT", "tokenCount": counted}]
    return JSONResponse({"totalTokens": counted, "promptTokensDetails": details})


async def list_models(request: Request) -> Response:
    return JSONResponse({"models": [_model_body(name) for name in MODELS]})


async def show_model(request: Request) -> Response:
    return JSONResponse(_model_body(_model(request)))


class UnknownModelError(LookupError):
    """There is no model of this name."""


def _guarded(handler: Handler) -> Handler:
    """Google looks at the key first, then at the model, then at the body."""

    async def answer(request: Request) -> Response:
        key = request.headers.get("x-goog-api-key") or request.query_params.get("key", "")
        if not key:
            message = (
                "Method doesn't allow unregistered callers (callers without established identity)."
                " Please use API Key or other form of API consumer identity to call this API."
            )
            return JSONResponse(error_body(403, message), 403)
        if key != KEY:
            return key_refused()
        try:
            return await handler(request)
        except UnknownModelError as error:
            return JSONResponse(error_body(404, str(error)), 404)
        except BadRequestError as error:
            return JSONResponse(error_body(400, str(error)), 400)

    return answer


def _routes(version: str) -> Iterator[Route]:
    for path, handler, method in (
        ("/models", list_models, "GET"),
        ("/models/{model}:generateContent", generate, "POST"),
        ("/models/{model}:streamGenerateContent", stream, "POST"),
        ("/models/{model}:countTokens", count_tokens, "POST"),
        ("/models/{model}", show_model, "GET"),
    ):
        yield Route(f"/{version}{path}", _guarded(handler), methods=[method])


ROUTES = tuple(route for version in VERSIONS for route in _routes(version))


async def _asked(request: Request) -> Asked:
    model = _model(request)
    asked = read_request(model, await _body(request))
    if asked.tokens > MOST_TOKENS_IN:
        raise BadRequestError(
            f"The input token count ({asked.tokens}) exceeds the maximum number of tokens allowed"
            f" ({MOST_TOKENS_IN})."
        )
    return asked


async def _body(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError as error:
        raise BadRequestError("Invalid JSON payload received. Parsing failed.") from error


def _model(request: Request) -> str:
    name = request.path_params["model"]
    if not MODEL.fullmatch(name):
        raise UnknownModelError(
            f"models/{name} is not found for this API version, or is not supported for"
            " generateContent. Call ListModels to see the list of available models."
        )
    return str(name)


def _answer(request: Request, asked: Asked) -> dict[str, Any]:
    frame = frame_of(request)
    path = request.url.path.removeprefix(f"/{NAME}")

    def plays(name: str) -> bool:
        return frame.faults.take(NAME, {name}, [path]) is not None or plays_mark(
            frame, asked.prompt, name
        )

    if plays("blocked_prompt"):
        return blocked_prompt(asked)
    if plays("no_candidates"):
        return nothing(asked)
    if plays("blocked_answer"):
        return answer_of(asked, "", reason="SAFETY")
    if plays("recitation"):
        return answer_of(asked, "", reason="RECITATION")
    text = Writing(asked, frame.records, plays).text()
    if plays("cut_off"):
        return answer_of(asked, text[: len(text) * 3 // 5], reason="MAX_TOKENS")
    if plays("malformed_json"):
        return answer_of(asked, text.replace('":', '" ', 3))
    most = (asked.most_tokens or MOST_TOKENS_OUT) * CHARACTERS_A_TOKEN
    if len(text) > most:
        return answer_of(asked, text[:most], reason="MAX_TOKENS")
    return answer_of(asked, text)


def _model_body(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "inputTokenLimit": MOST_TOKENS_IN,
        "outputTokenLimit": MOST_TOKENS_OUT,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "temperature": 1,
        "maxTemperature": 2,
    }
