"""What a call asks for: Google's request body, read and looked over."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.services.gemini.names import tokens_of
from sandbox.services.gemini.schemas import Schema, plain_schema

TOKENS_OF_A_FILE = 258
SHORTEST_SOURCE = 200
MOST_JSON_STARTS = 3_000
ROLES = frozenset({"user", "model", ""})
_JSON_START = re.compile(r"[\[{]")
# A part of a prompt between marks of its own: `<text>…</text>`.
_BLOCK = re.compile(r"<([\w-]+)>\s*(.*?)\s*</\1>", re.DOTALL)
_RULE = re.compile(r"^(?:-{3,}|={3,}|\"{3}|```\w*)$", re.MULTILINE)


class BadRequestError(ValueError):
    """Google's words for a body that makes no sense."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`schema` is the one to answer by; without one it is answered in words."""

    model: str
    system: str = ""
    prompt: str = ""
    schema: Schema | None = None
    is_json: bool = False
    searches_web: bool = False
    most_tokens: int | None = None
    files: int = 0
    objects: list[Any] = field(default_factory=list)

    @property
    def words(self) -> str:
        return f"{self.system}\n{self.prompt}"

    @property
    def matter(self) -> str:
        """What it is about: what stands between marks, else all but what is listed."""
        blocks = [text for _, text in _BLOCK.findall(self.prompt)]
        lines = [line for line in self.prompt.splitlines() if not line.lstrip().startswith("- ")]
        return "\n".join(blocks or lines)

    @property
    def source(self) -> str:
        """The longest text between marks, or below a rule, that is long enough to ask about."""
        parts = [text for _, text in _BLOCK.findall(self.prompt)] or _RULE.split(self.prompt)[1:]
        longest = max(parts, key=len, default="")
        return longest if len(longest) > SHORTEST_SOURCE else ""

    @property
    def tokens(self) -> int:
        return tokens_of(self.words) + self.files * TOKENS_OF_A_FILE


def read_request(model: str, body: Any) -> Asked:
    if not isinstance(body, Mapping):
        raise BadRequestError("Invalid JSON payload received. The body must be an object.")
    contents = body.get("contents")
    if not contents:
        raise BadRequestError("* GenerateContentRequest.contents: contents is not specified\n")
    parts = [*_parts(contents)]
    prompt = "\n".join(part["text"] for part in parts if isinstance(part.get("text"), str))
    files = [part["inlineData"] for part in parts if "inlineData" in part]
    texts = [_text_of(file) for file in files]
    config = _config(body)
    searches = _searches_web(body)
    if searches and config["is_json"] and model.startswith("gemini-2"):
        raise BadRequestError(
            "Tool use with a response mime type: 'application/json' is unsupported"
        )
    prompt = "\n".join([prompt, *(text for text in texts if text)])
    objects = [*objects_in(prompt)]
    schema = config["schema"] or _schema_told(objects)
    return Asked(
        model=model,
        system=_system(body),
        prompt=prompt,
        schema=schema,
        is_json=config["is_json"],
        searches_web=searches,
        most_tokens=config["most_tokens"],
        files=len(files),
        objects=objects,
    )


def objects_in(text: str) -> Iterator[Any]:
    """What of a prompt is JSON: objects and arrays that stand in it, the outermost ones."""
    decoder = json.JSONDecoder()
    end = 0
    for tried, start in enumerate(_JSON_START.finditer(text)):
        if tried > MOST_JSON_STARTS:
            return
        if start.start() < end:
            continue
        try:
            found, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        if found:
            yield found


def _parts(contents: Any) -> Iterator[Mapping[str, Any]]:
    rows = contents if isinstance(contents, list) else [contents]
    for row in rows:
        if not isinstance(row, Mapping) or row.get("role", "") not in ROLES:
            raise BadRequestError("Please use a valid role: user, model.")
        parts = row.get("parts")
        if not isinstance(parts, list) or not parts:
            raise BadRequestError("* GenerateContentRequest.contents.parts: must not be empty.\n")
        for part in parts:
            if not isinstance(part, Mapping):
                raise BadRequestError("Invalid value at 'contents.parts'.")
            yield part


def _text_of(file: Any) -> str:
    """Of a file that is text; what is in others a stand-in cannot see."""
    if not isinstance(file, Mapping) or not str(file.get("mimeType", "")).startswith("text/"):
        return ""
    try:
        return base64.b64decode(str(file.get("data", "")), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadRequestError(
            "Invalid value at 'inline_data.data': Base64 decoding failed."
        ) from error


def _system(body: Mapping[str, Any]) -> str:
    told = body.get("systemInstruction") or body.get("system_instruction") or {}
    parts = told.get("parts", []) if isinstance(told, Mapping) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))


def _config(body: Mapping[str, Any]) -> dict[str, Any]:
    config = body.get("generationConfig") or {}
    if not isinstance(config, Mapping):
        raise BadRequestError("Invalid value at 'generation_config'.")
    temperature = config.get("temperature", 1)
    if not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
        raise BadRequestError(
            "* GenerateContentRequest.generation_config.temperature: must be between 0 and 2.\n"
        )
    most = config.get("maxOutputTokens")
    if most is not None and (not isinstance(most, int) or most < 1):
        raise BadRequestError("* GenerateContentRequest.max_output_tokens: must be positive.\n")
    is_json = config.get("responseMimeType") == "application/json"
    told = config.get("responseJsonSchema", config.get("responseSchema"))
    if told is not None and not is_json:
        raise BadRequestError(
            "Schema can only be set when the response mime type is application/json."
        )
    if told is not None and not isinstance(told, Mapping):
        raise BadRequestError("Invalid value at 'generation_config.response_schema'.")
    schema = plain_schema(told) if told else None
    return {"is_json": is_json, "schema": schema, "most_tokens": most}


def _searches_web(body: Mapping[str, Any]) -> bool:
    tools = body.get("tools") or []
    if not isinstance(tools, list):
        raise BadRequestError("Invalid value at 'tools'.")
    return any(
        isinstance(tool, Mapping) and not {"googleSearch", "google_search"}.isdisjoint(tool)
        for tool in tools
    )


def _schema_told(objects: list[Any]) -> Schema | None:
    """A schema that only the prompt tells, where no setting may be given beside a tool."""
    for told in objects:
        if isinstance(told, Mapping) and "type" in told and {"properties", "items"} & told.keys():
            return plain_schema(told)
    return None
