"""What a lower floor shows of a higher one: small registries that apps fill in `AppConfig.ready`."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Named entries in the order of their names; registering a name twice is a mistake."""

    def __init__(self, holds: str) -> None:
        self.holds = holds
        self._entries: dict[str, T] = {}

    def register(self, name: str, entry: T) -> T:
        if self._entries.get(name, entry) != entry:
            raise ValueError(f"{self.holds}: {name!r} is registered already")
        self._entries[name] = entry
        return entry

    def __getitem__(self, name: str) -> T:
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(sorted(self._entries.items()))

    def get(self, name: str) -> T | None:
        return self._entries.get(name)


# Each makes its own part of the demo, idempotently, and is called in the order of the names.
demo_content: Registry[Callable[..., Any]] = Registry("demo content")
