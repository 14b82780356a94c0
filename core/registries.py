"""What a lower floor shows of a higher one: registries that apps fill in `AppConfig.ready`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from core.health.findings import Finding

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise
    from prometheus_client.core import GaugeMetricFamily

    from core.dashboards import DashboardCard
    from core.navigation import NavigationItem

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


@dataclass(frozen=True)
class DemoPart:
    """An app's share of the demo. `make` is idempotent; `is_made` says whether anything lacks."""

    make: Callable[[datetime], None]
    is_made: Callable[[], bool]


# Made in the order of the names, which therefore begin with the number of a floor: `1 people`.
demo_content: Registry[DemoPart] = Registry("demo content")


@dataclass(frozen=True)
class TrackName:
    """A track as lower floors know it: by its code, such as FSD, and by what people call it."""

    code: str
    name: "str | Promise"
    pitch: "str | Promise"


# The tracks that there are, in their order.
tracks: Registry[Callable[[], Sequence[TrackName]]] = Registry("tracks")

# What a track costs: the plans that open the track of this code, as the API shows them.
track_prices: Registry[Callable[[str], list[dict[str, object]]]] = Registry("prices of tracks")


@dataclass(frozen=True)
class AttemptSource:
    """Attempts of one kind. `of` gives those of a person, with the moment of their begin in
    `started_at`; `facts_of` says of some of them, by their keys, what their student may know.
    """

    of: "Callable[[Any], QuerySet[Any]]"
    facts_of: Callable[[Sequence[str], datetime], Mapping[str, Mapping[str, object]]]


# What people attempt, by what it is: `quiz`.
attempt_sources: Registry[AttemptSource] = Registry("sources of attempts")

# What has to be there before a platform serves, after its database is migrated; each says what it
# did, or nothing. In the order of the names.
preparations: Registry[Callable[[datetime], str]] = Registry("preparations")

# What `load_content` loads besides tracks: `(at, overwrite)`, telling line by line what it did.
content_loaders: Registry[Callable[[datetime, bool], Iterable[str]]] = Registry(
    "loaders of content"
)

# Models whose rows actions alone write, by app, as `app.model`: the admin shows them, and what it
# does to them it does by an action, behind that action's own policy.
written_by_actions: Registry[frozenset[str]] = Registry("models written by actions")

# What /health asks, by the name it shows; a name that nobody has registered is not configured.
health_checks: Registry[Callable[[], Finding]] = Registry("health checks")

# How things stand in the database, told at each scrape of /metrics.
state_metrics: Registry[Callable[[], Iterable["GaugeMetricFamily"]]] = Registry("state metrics")

# Parts of docs/ that are written from the code, as Markdown, by the name that their place bears.
generated_docs: Registry[Callable[[], str]] = Registry("generated parts of docs/")

# What a key of an outside system may be let do, by names such as `users:read`; what each means is
# told to whoever makes a key. A view that keys may call names its scope (`core.api.scopes`).
api_scopes: Registry["str | Promise"] = Registry("API scopes")

# The side navigation, by app and page; shown to whom each entry's policy allows it.
navigation: Registry["NavigationItem"] = Registry("navigation")

# What stands on the first page behind the sign-in, by app and card.
dashboard_cards: Registry["DashboardCard"] = Registry("dashboard cards")
