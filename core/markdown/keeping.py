"""Results that were asked for of late, as many as there is room for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Shelf:
    """Counts characters, since a few long results weigh more than a thousand short ones."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._kept: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> str | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, result: str) -> None:
        with self._lock:
            self.room += len(self._kept.pop(key, ""))
            self._kept[key] = result
            self.room -= len(result)
            while self.room < 0:
                _oldest, gone = self._kept.popitem(last=False)
                self.room += len(gone)

    def __len__(self) -> int:
        return len(self._kept)
