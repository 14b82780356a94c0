"""Answers as Google gives them: candidates, what they cost, where they rest on the web."""

import secrets
from collections.abc import Iterator
from typing import Any

from sandbox.services.gemini.asking import Asked
from sandbox.services.gemini.names import tokens_of
from sandbox.services.gemini.questions import topics_of

CHUNKS = 3
HOST = "docs.example.org"
PAGES = {"guide": "the guide", "reference": "the reference", "course": "a first course"}
HARM = (
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
)
# A model of the 2.5 build thinks before it writes.
THOUGHTS_SHARE = 3


def answer_of(asked: Asked, text: str, *, reason: str = "STOP") -> dict[str, Any]:
    candidate: dict[str, Any] = {
        "content": {"parts": [{"text": text}], "role": "model"} if text else {"role": "model"},
        "finishReason": reason,
        "index": 0,
    }
    if reason == "SAFETY":
        candidate["safetyRatings"] = _ratings()
    if asked.searches_web and text:
        candidate["groundingMetadata"] = grounding_of(asked, text, sources_of(asked))
    return {"candidates": [candidate], **_about(asked, text)}


def blocked_prompt(asked: Asked) -> dict[str, Any]:
    feedback = {"blockReason": "SAFETY", "safetyRatings": _ratings()}
    return {"promptFeedback": feedback, **_about(asked, "")}


def nothing(asked: Asked) -> dict[str, Any]:
    return _about(asked, "")


def in_pieces(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same as a stream: the text bit by bit, what ends it with the last one."""
    candidates = answer.get("candidates", [])
    parts = candidates[0]["content"].get("parts") if candidates else None
    if not parts:
        yield answer
        return
    text = parts[0]["text"]
    size = max(1, -(-len(text) // CHUNKS))
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    rest = {key: said for key, said in answer.items() if key != "candidates"}
    for number, piece in enumerate(pieces, start=1):
        content = {"parts": [{"text": piece}], "role": "model"}
        is_last = number == len(pieces)
        yield {
            "candidates": [{**(candidates[0] if is_last else {"index": 0}), "content": content}],
            **rest,
        }


def sources_of(asked: Asked) -> list[dict[str, str]]:
    """Pages on its topic, at a domain that is reserved for examples."""
    topic = topics_of(asked.matter)[0].name
    slug = topic.lower().replace(" ", "-")
    return [
        {"uri": f"https://{HOST}/{slug}/{page}/", "title": f"{topic}: {title}"}
        for page, title in PAGES.items()
    ]


def grounding_of(asked: Asked, text: str, sources: list[dict[str, str]]) -> dict[str, Any]:
    """Each line of prose, or each part of a JSON, rests on one of the sources."""
    supports = []
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        size = len(line.encode())
        said = line.strip()
        if len(said) > 12:
            segment = {"startIndex": offset, "endIndex": offset + size, "text": said[:2_000]}
            supports.append(
                {
                    "segment": segment,
                    "groundingChunkIndices": [number % len(sources)],
                    "confidenceScores": [0.9],
                }
            )
        offset += size
    return {
        "webSearchQueries": [" ".join(asked.prompt.split()[:8])],
        "searchEntryPoint": {"renderedContent": '<div class="container">Google Search</div>'},
        "groundingChunks": [{"web": source} for source in sources],
        "groundingSupports": supports,
    }


def _about(asked: Asked, text: str) -> dict[str, Any]:
    said = tokens_of(text)
    thoughts = said // THOUGHTS_SHARE if "2.5" in asked.model else 0
    usage = {
        "promptTokenCount": asked.tokens,
        "candidatesTokenCount": said,
        "totalTokenCount": asked.tokens + said + thoughts,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": asked.tokens}],
    }
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    return {
        "usageMetadata": usage,
        "modelVersion": asked.model,
        "responseId": secrets.token_urlsafe(16),
    }


def _ratings() -> list[dict[str, Any]]:
    return [
        {
            "category": category,
            "probability": "HIGH" if category.endswith("DANGEROUS_CONTENT") else "NEGLIGIBLE",
            **({"blocked": True} if category.endswith("DANGEROUS_CONTENT") else {}),
        }
        for category in HARM
    ]
