"""Engines before Django, and the people whom every test knows."""

import gc
from collections.abc import Callable, Iterator

import pytest

from tests import engines

engines.start()

import django

django.setup()

from django.test import Client, TransactionTestCase
from factory.random import reseed_random
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from accounts.tests.factories import UserFactory, sign_in_browser
from tests.between import forget_what_was_counted

pytest_plugins = ["sandbox.testing", "tests.chromium"]

# The same examples at each run, however long one of them takes; new ones are sought by hand:
# --hypothesis-profile=explore.
ANY_LENGTH = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("explore", print_blob=True, **ANY_LENGTH)
hypothesis_settings.register_profile("steady", derandomize=True, database=None, **ANY_LENGTH)
hypothesis_settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engines-only",
        action="store_true",
        help="leave out what asks neither the database nor the broker",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", None):
        engines.leave_settings_to_workers()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("engines_only"):
        left_out = [item for item in items if not _asks_engines(item)]
        items[:] = [item for item in items if _asks_engines(item)]
        config.hook.pytest_deselected(items=left_out)
    # First what takes longest: at the end one worker would be left alone with it.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: looking it through for garbage takes a second."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    engines.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), engines.own_database(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase,
            "_fixture_teardown",
            lambda _case: engines.forget_what_was_committed(),
        )
        yield


@pytest.fixture(autouse=True)
def _forget_what_was_counted(request: pytest.FixtureRequest) -> None:
    """Before a test: what the last one put in the place of other things is gone by now."""
    if _asks_engines(request.node):
        forget_what_was_counted()


@pytest.fixture(autouse=True)
def _names_of_this_test(request: pytest.FixtureRequest) -> None:
    """Made-up people are the same at each run of a test, whichever ran before it."""
    reseed_random(request.node.nodeid)


@pytest.fixture
def student(db):
    return UserFactory()


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True)


@pytest.fixture
def admin(db):
    return UserFactory(admin=True)


@pytest.fixture
def superadmin(db):
    return UserFactory(superadmin=True)


@pytest.fixture
def client_of() -> Callable[[object], Client]:
    def signed_in(user) -> Client:
        client = Client()
        sign_in_browser(client, user)
        return client

    return signed_in


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def api_of() -> Callable[[object], APIClient]:
    def signed_in(user) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return signed_in


def _asks_engines(item: pytest.Item) -> bool:
    uses_database = _uses_database(item, getattr(item, "fixturenames", []))
    return uses_database or bool(item.get_closest_marker("engines"))


def _uses_database(node: pytest.Item, fixtures: list[str]) -> bool:
    return bool({"db", "transactional_db"} & set(fixtures) or node.get_closest_marker("django_db"))
