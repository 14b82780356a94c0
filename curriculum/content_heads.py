"""A file that begins with a head of YAML: its keys held to what they should be, line by line."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

LONGEST_KEY = 50
KEY = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


class ContentError(Exception):
    """What is wrong in a content file, where, and what to write instead."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        self.file = file
        self.line = line
        self.problem = problem
        super().__init__(f"{file}:{line}: {problem}" if line else f"{file}: {problem}")


@dataclass(frozen=True)
class Source:
    """A file in its two parts; `body_line` is the line on which the second begins."""

    file: str
    head: yaml.Node
    body: str
    body_line: int

    def wrong(self, line: int, problem: str) -> ContentError:
        return ContentError(self.file, self.body_line + line, problem)

    def between(self, start: int, end: int | None, wanted: str) -> str:
        """Lines of the body, in which something has to stand."""
        text = "\n".join(self.body.split("\n")[start:end]).strip()
        if not text:
            raise self.wrong(start, f"Nothing stands here: {wanted}.")
        return text


def read_source(path: Path) -> Source:
    file = called(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise ContentError(file, None, "The file is missing: write it.") from None
    except UnicodeDecodeError:
        raise ContentError(file, None, "Not UTF-8: save it in that encoding.") from None
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
    if len(fences) < 2 or fences[0] != 0:
        raise ContentError(file, 1, "Begin with the head, between two lines of `---`.")
    end = fences[1]
    return Source(
        file=file,
        # The empty line is for the first fence, so that YAML counts lines as the file does.
        head=_compose(file, "\n".join(["", *lines[1:end]])),
        body="\n".join(lines[end + 1 :]),
        body_line=end + 2,
    )


def _compose(file: str, head: str) -> yaml.Node:
    """Nodes and no values, since they know their lines and show a key that stands twice."""
    try:
        node = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ContentError(file, line, f"The head is no YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise ContentError(file, None, f"The head is no YAML: {error}") from error
    if node is None:
        raise ContentError(file, 1, "The head is empty: write its keys.")
    return node


class Head:
    """The keys of one thing in a head: exactly those that it should have, each of its type."""

    def __init__(
        self,
        file: str,
        node: yaml.Node,
        noun: str,
        required: Collection[str],
        optional: Collection[str] = (),
    ) -> None:
        self._file = file
        self._noun = noun
        if not isinstance(node, yaml.MappingNode):
            raise ContentError(file, _line(node), f"A {noun} is written as `key: value` lines.")
        self._lines: dict[str, int] = {}
        self._nodes: dict[str, yaml.Node] = {}
        known = (*required, *optional)
        for key_node, value in node.value:
            key = str(key_node.value)
            if key not in known:
                raise ContentError(
                    *(file, _line(key_node)),
                    f"A {noun} has no `{key}`: it has {', '.join(known)}.",
                )
            if key in self._nodes:
                raise ContentError(
                    file, _line(key_node), f"`{key}` of this {noun} stands twice: keep one."
                )
            self._lines[key] = _line(key_node)
            self._nodes[key] = value
        for key in required:
            if key not in self._nodes:
                raise ContentError(file, _line(node), f"This {noun} lacks `{key}`: add it.")

    def wrong(self, key: str, problem: str) -> ContentError:
        return ContentError(
            self._file, self._lines[key], f"`{key}` of this {self._noun} {problem}."
        )

    def has(self, key: str) -> bool:
        return key in self._nodes

    def text(self, key: str) -> str:
        node = self._nodes[key]
        if not _is_scalar(node, "str") or not node.value.strip():
            raise self.wrong(key, "should be a text: write one, in quotes if it looks like none")
        return str(node.value).strip()

    def line(self, key: str, longest: int) -> str:
        text = self.text(key)
        if "\n" in text or len(text) > longest:
            raise self.wrong(key, f"should be one line of at most {longest} characters")
        return text

    def matching(self, key: str, pattern: re.Pattern[str], described: str) -> str:
        text = self.text(key)
        if not pattern.fullmatch(text):
            raise self.wrong(key, f"should be {described}")
        return text

    def key(self, key: str) -> str:
        described = f"lower-case words joined by hyphens, at most {LONGEST_KEY} characters"
        if len(text := self.matching(key, KEY, described)) > LONGEST_KEY:
            raise self.wrong(key, f"should be {described}")
        return text

    def one_of(self, key: str, choices: Collection[str]) -> str:
        if (text := self.text(key)) not in choices:
            raise self.wrong(key, f"should be one of {', '.join(choices)}")
        return text

    def number(self, key: str, least: int, most: int) -> int:
        node = self._nodes[key]
        if _is_scalar(node, "int") and node.value.isdecimal() and least <= int(node.value) <= most:
            return int(node.value)
        raise self.wrong(key, f"should be a whole number from {least} to {most}")

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        if default is not None and key not in self._nodes:
            return default
        node = self._nodes[key]
        if _is_scalar(node, "bool") and node.value in {"true", "false"}:
            return bool(node.value == "true")
        raise self.wrong(key, "should be true or false")

    def lines(self, key: str, least: int, most: int, *, longest: int) -> tuple[str, ...]:
        nodes = self._entries(key, least, most)
        for node in nodes:
            if not _is_scalar(node, "str") or not 0 < len(node.value.strip()) <= longest:
                raise ContentError(
                    *(self._file, _line(node)),
                    f"Each of `{key}` is a text of at most {longest} characters; "
                    "put it in quotes if it looks like something else.",
                )
        texts = tuple(str(node.value).strip() for node in nodes)
        for twin in twins(texts):
            raise self.wrong(key, f"names `{twin}` twice: keep one")
        return texts

    def parts(
        self,
        key: str,
        least: int,
        most: int,
        noun: str,
        required: Collection[str],
        optional: Collection[str] = (),
    ) -> list["Head"]:
        """Things with a `key` of their own, no two with the same."""
        nodes = self._entries(key, least, most)
        heads = [Head(self._file, node, noun, required, optional) for node in nodes]
        taken: set[str] = set()
        for head in heads:
            if (own := head.key("key")) in taken:
                raise head.wrong("key", f"is {own}, like another's: give each its own")
            taken.add(own)
        return heads

    def _entries(self, key: str, least: int, most: int) -> list[yaml.Node]:
        node = self._nodes[key]
        if not isinstance(node, yaml.SequenceNode) or not least <= len(node.value) <= most:
            raise self.wrong(key, f"should be a list of {least} to {most}")
        return list(node.value)


def called(path: Path) -> str:
    """The name by which messages call a file, such as `DP/track.md`."""
    return f"{path.parent.name}/{path.name}"


def twins(texts: Iterable[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _is_scalar(node: yaml.Node, kind: str) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == f"tag:yaml.org,2002:{kind}"
