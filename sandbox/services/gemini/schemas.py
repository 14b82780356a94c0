"""Schemas as Google takes them, in both of its dialects, and values that fit them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

DEEPEST = 24
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def plain_schema(told: Schema, *, definitions: Schema | None = None, depth: int = 0) -> Schema:
    """In the words of JSON Schema, references put in; `nullable` remains beside `type`."""
    known = definitions if definitions is not None else told.get("$defs", {})
    if depth > DEEPEST:
        return {}
    reference = told.get("$ref") or told.get("ref")
    if isinstance(reference, str):
        named = known.get(reference.rsplit("/", 1)[-1], {})
        return plain_schema(named, definitions=known, depth=depth + 1)

    def below(one: Any) -> Any:
        if not isinstance(one, Mapping):
            return {}
        return plain_schema(one, definitions=known, depth=depth + 1)

    plain = dict(told)
    plain.pop("$defs", None)
    kind = told.get("type")
    if isinstance(kind, list):
        plain["nullable"] = "null" in kind
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        plain["type"] = kind.lower()
    if isinstance(told.get("properties"), Mapping):
        plain["properties"] = {name: below(one) for name, one in told["properties"].items()}
    for name in ("items", "additionalProperties"):
        if isinstance(told.get(name), Mapping):
            plain[name] = below(told[name])
    options = told.get("anyOf") or told.get("oneOf")
    if isinstance(options, list):
        branches = [below(one) for one in options]
        plain["nullable"] = any(one.get("type") == "null" for one in branches)
        plain["anyOf"] = [one for one in branches if one.get("type") != "null"]
        plain.pop("oneOf", None)
    for name in ("minItems", "maxItems"):
        # Google's own dialect writes whole numbers as text.
        if isinstance(told.get(name), str):
            plain[name] = int(told[name])
    return plain


def word_of(name: str) -> str:
    """One spelling for `correctAnswer`, `correct-answer` and `Correct Answer`."""
    return _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").lower()


def branches_of(schema: Schema) -> Iterator[Schema]:
    if schema.get("anyOf"):
        for branch in schema["anyOf"]:
            yield from branches_of(branch)
    else:
        yield schema


def type_of(schema: Schema) -> str:
    if schema.get("type"):
        return str(schema["type"])
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def is_nullable(schema: Schema) -> bool:
    return bool(schema.get("nullable")) or None in schema.get("enum", ())


def choice_in(schema: Schema, word: str) -> Any:
    """The value of an enumeration that is this word, however it is written there."""
    allowed = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    for value in allowed:
        if str(value).lower() == word.lower():
            return value
    return allowed[0] if allowed else word


def empty_value(schema: Schema) -> Any:
    """The least that fits, for what there is nothing to say about."""
    if is_nullable(schema):
        return None
    if "const" in schema or schema.get("enum"):
        return choice_in(schema, "")
    if schema.get("anyOf"):
        return empty_value(schema["anyOf"][0])
    match type_of(schema):
        case "object":
            wanted = schema.get("required", schema.get("properties", {}))
            return {
                name: empty_value(schema.get("properties", {}).get(name, {})) for name in wanted
            }
        case "array":
            least = int(schema.get("minItems", 0))
            return [empty_value(schema.get("items", {})) for _ in range(least)]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case _:
            return ""
