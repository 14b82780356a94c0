"""Walks a documented tour of the API: sends each request of the page, and holds it to each answer.

Fenced blocks are what is done, one after the other; `docs/api-tour.md` says how to read them. Prose
is prose, but for `<!-- later: 11 minutes -->`, which lets time go by.
"""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

ANYTHING = "…"
EMPTY = "(empty)"
CONTENT_TYPE = "Content-Type"
NAME = r"<([a-z_]+)>"
_FENCE = re.compile(r"^```(.*)$")
_LATER = re.compile(r"^<!-- later: (\d+) minutes -->$")


@dataclass(frozen=True)
class Block:
    """`line` is where it begins; `words` stand behind the fence, the kind of block first."""

    line: int
    words: tuple[str, ...]
    text: str

    @property
    def kind(self) -> str:
        return self.words[0] if self.words else ""


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: str


def blocks_of(page: Path) -> Iterator[Block]:
    open_at, words, lines = 0, (), []
    for number, line in enumerate(page.read_text().splitlines(), start=1):
        fence = _FENCE.match(line)
        if open_at and not fence:
            lines.append(line)
        elif open_at:
            yield Block(open_at, words, "\n".join(lines))
            open_at = 0
        elif fence:
            open_at, words, lines = number, tuple(fence[1].split()), []
        elif later := _LATER.match(line):
            yield Block(number, ("later",), later[1])


def call_in(block: Block) -> Call:
    head, _, body = block.text.partition("\n\n")
    first, *rest = head.splitlines()
    method, _, path = first.partition(" ")
    headers = dict(line.split(": ", 1) for line in rest)
    return Call(method, path, headers, body)


class Tour:
    """What is known by name so far, and the answer that has to be looked at next.

    `hands` are what an app does beside calling: by kind of block, each gets the block's words and
    its lines, and returns what the block gives a name to.
    """

    def __init__(
        self,
        page: Path,
        client: httpx.Client,
        *,
        files: dict[str, bytes],
        mails_to: Callable[[str], list[str]],
        later: Callable[[timedelta], None],
        hands: dict[str, Callable[..., Any]],
    ) -> None:
        self.page = page
        self.known: dict[str, Any] = {}
        self._client = client
        self._files = files
        self._mails_to = mails_to
        self._later = later
        self._hands = hands
        self._answer: httpx.Response | None = None

    def walk(self) -> int:
        """How many calls were made."""
        calls = 0
        for block in blocks_of(self.page):
            try:
                self._do(block)
            except AssertionError as error:
                raise AssertionError(f"{self.page.name}:{block.line}: {error}") from None
            calls += block.kind == "http"
        assert self._answer is None, "the last answer is shown nowhere"
        return calls

    def _do(self, block: Block) -> None:
        steps = {
            "http": self._call,
            "json": self._compare,
            "zip": self._look_inside,
            "mail": self._read_mail,
            "later": lambda block: self._later(timedelta(minutes=int(block.text))),
        }
        step = steps.get(block.kind, self._use_hand)
        assert step in (steps["json"], steps["zip"]) or self._answer is None, (
            "the answer before this is shown nowhere"
        )
        step(block)

    def _call(self, block: Block) -> None:
        call = call_in(block)
        times = int(block.words[1]) if block.words[1:] else 1
        for _ in range(times):
            self._answer = self._client.request(
                call.method,
                self._filled(call.path, quote),
                headers=self._headers(call),
                **self._body(call),
            )

    def _headers(self, call: Call) -> dict[str, str]:
        """The type of the body is the client's affair, which knows the boundary of its parts."""
        said = {name: text for name, text in call.headers.items() if name != CONTENT_TYPE}
        return {name: self._filled(text) for name, text in said.items()}

    def _body(self, call: Call) -> dict[str, Any]:
        if not call.body:
            return {}
        if call.headers.get(CONTENT_TYPE, "").startswith("multipart/"):
            return {"files": [self._part(line) for line in call.body.splitlines()]}
        return {"json": self._filled_in(json.loads(call.body))}

    def _part(self, line: str) -> tuple[str, Any]:
        """`name=text`, or `name=@file`."""
        name, _, text = line.partition("=")
        if text.startswith("@"):
            return name, (text[1:], self._files[text[1:]])
        return name, (None, self._filled(text))

    def _compare(self, block: Block) -> None:
        answer = self._taken(block)
        if block.text == EMPTY:
            assert not answer.content, answer.text
            return
        found = _differences(json.loads(block.text), answer.json(), self.known)
        assert not found, "\n".join([*found, f"The answer: {answer.text}"])

    def _look_inside(self, block: Block) -> None:
        answer = self._taken(block)
        there = set(zipfile.ZipFile(BytesIO(answer.content)).namelist())
        missing = set(block.text.splitlines()) - {ANYTHING} - there
        assert not missing, f"not in the file: {missing}, which has {there}"

    def _taken(self, block: Block) -> httpx.Response:
        answer, self._answer = self._answer, None
        assert answer is not None, "there is no answer to look at"
        _kind, status, *headers = block.words
        assert answer.status_code == int(status), f"{answer.status_code} {answer.text}"
        for name in headers:
            assert name in answer.headers, f"no {name} in {dict(answer.headers)}"
        return answer

    def _read_mail(self, block: Block) -> None:
        """The newest to this address that has all the lines."""
        mails = self._mails_to(block.words[1])
        for mail in mails:
            found = [_pattern(line).search(mail) for line in block.text.splitlines()]
            if all(found):
                for each in found:
                    self.known |= each.groupdict() if each else {}
                return
        raise AssertionError("\n---\n".join(["no mail has these lines, of:", *mails]))

    def _use_hand(self, block: Block) -> None:
        """`kind words... -> <name>`."""
        assert "->" in block.words or block.kind == "text", f"unknown block: {block.words}"
        assert block.kind in self._hands, f"unknown block: {block.words}"
        if block.kind == "text":
            self._read_text(block)
            return
        *words, _arrow, target = block.words[1:]
        told = [self.known[word[1:-1]] if re.fullmatch(NAME, word) else word for word in words]
        self.known[target[1:-1]] = self._hands[block.kind](*told, block.text)

    def _read_text(self, block: Block) -> None:
        said = self._hands["text"](block.words[1])
        for line in block.text.splitlines():
            found = _pattern(line).search(said)
            assert found, f"the text says: {said}"
            self.known |= found.groupdict()

    def _filled(self, text: str, write: Callable[[str], str] = str) -> str:
        return re.sub(NAME, lambda name: write(str(self.known[name[1]])), text)

    def _filled_in(self, body: Any) -> Any:
        """A text that is a name alone stands for whatever was captured, not only for a text."""
        if isinstance(body, dict):
            return {key: self._filled_in(each) for key, each in body.items()}
        if isinstance(body, list):
            return [self._filled_in(each) for each in body]
        if not isinstance(body, str):
            return body
        whole = re.fullmatch(NAME, body)
        return self.known[whole[1]] if whole else self._filled(body)


def _differences(expected: Any, actual: Any, known: dict[str, Any], at: str = "") -> list[str]:
    """What is expected and not there; what is there besides does not matter. Names are captured."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [f"{at or 'the answer'} is no object"]
        missing = [f"{at}.{name} is missing" for name in expected if name not in actual]
        return missing + [
            found
            for name, each in expected.items()
            if name in actual
            for found in _differences(each, actual[name], known, f"{at}.{name}")
        ]
    if isinstance(expected, list):
        return _differences_of_lists(expected, actual, known, at)
    if isinstance(expected, str) and (whole := re.fullmatch(NAME, expected)):
        return _captured(whole[1], actual, known, at)
    if isinstance(expected, str) and isinstance(actual, str):
        found = _pattern(expected).fullmatch(actual)
        if found:
            known |= found.groupdict()
            return []
    if expected == ANYTHING or (type(expected) is type(actual) and expected == actual):
        return []
    return [f"{at} is {actual!r} and not {expected!r}"]


def _captured(name: str, actual: Any, known: dict[str, Any], at: str) -> list[str]:
    """Texts such as tokens are taken anew each time; an id that is known stays the same."""
    before = known.get(name)
    if isinstance(before, int) and before != actual:
        return [f"{at} is {actual!r} and not {name}, which is {before!r}"]
    known[name] = actual
    return []


def _differences_of_lists(
    expected: list[Any], actual: Any, known: dict[str, Any], at: str
) -> list[str]:
    if not isinstance(actual, list):
        return [f"{at} is no list"]
    is_open = expected[-1:] == [ANYTHING]
    wanted = expected[:-1] if is_open else expected
    if len(actual) < len(wanted) or (len(actual) > len(wanted) and not is_open):
        return [f"{at} has {len(actual)} items"]
    pairs = enumerate(zip(wanted, actual, strict=False))
    return [
        found
        for number, (each, item) in pairs
        for found in _differences(each, item, known, f"{at}[{number}]")
    ]


def _pattern(text: str) -> re.Pattern[str]:
    """Up to the end of a word, so that a name at the end holds all of it."""
    parts = re.split(rf"({ANYTHING}|<[a-z_]+>)", text)
    return re.compile("".join(_part_of_pattern(part) for part in parts) + r"(?!\S)", re.DOTALL)


def _part_of_pattern(part: str) -> str:
    if part == ANYTHING:
        return ".*"
    name = re.fullmatch(NAME, part)
    return rf"(?P<{name[1]}>[^\s/]+?)" if name else re.escape(part)
