"""Which providers there are, by what the operator has set."""

from types import SimpleNamespace

import pytest

from core.settings.sign_in_providers import ADDRESSES, SANDBOX_APPS, SANDBOX_PATHS, providers
from core.settings.tunables import read

KEYS = {
    "google": {"GOOGLE_CLIENT_ID": "web,ios", "GOOGLE_CLIENT_SECRET": "s"},
    "github": {"GITHUB_CLIENT_ID": "id", "GITHUB_CLIENT_SECRET": "s"},
    "apple": {
        "APPLE_CLIENT_ID": "org.example.web",
        "APPLE_TEAM_ID": "TEAM",
        "APPLE_KEY_ID": "KEY",
        "APPLE_PRIVATE_KEY": "-----BEGIN-----\\nabc\\n-----END-----",
    },
}
SANDBOX = {"DEMO": "1", "SANDBOX_URL": "http://localhost:8001"}


def found(**environment):
    return providers(SimpleNamespace(**read(environment)[0]))


def test_without_keys_there_is_none():
    assert [about["APPS"] for about in found().values()] == [[], [], []]
    assert [about["APPS"] for about in found(SANDBOX_URL="http://localhost:8001").values()] == [
        [],
        [],
        [],
    ]


@pytest.mark.parametrize("name", KEYS)
def test_with_keys_there_is_the_real_one_in_the_demo_too(name):
    for environment in ({}, SANDBOX):
        about = found(**environment, **KEYS[name])
        assert about[name]["ADDRESSES"] == ADDRESSES[name]
        (app,) = about[name]["APPS"]
        assert app["client_id"] in {"web,ios", "id", "org.example.web"}


@pytest.mark.parametrize(
    ("name", "missing"), [(n, key) for n, keys in KEYS.items() for key in keys]
)
def test_half_the_keys_are_none(name, missing):
    kept = {key: value for key, value in KEYS[name].items() if key != missing}
    assert found(**kept)[name]["APPS"] == []


def test_a_private_key_may_stand_in_one_line():
    (app,) = found(**KEYS["apple"])["apple"]["APPS"]
    assert app["settings"]["certificate_key"] == "-----BEGIN-----\nabc\n-----END-----"
    assert (app["key"], app["secret"]) == ("TEAM", "KEY")


def test_the_demo_uses_the_sandbox_with_its_keys():
    about = found(**SANDBOX)
    for name, paths in SANDBOX_PATHS.items():
        assert paths.keys() == ADDRESSES[name].keys()
        assert about[name]["ADDRESSES"]["token"].startswith(f"http://localhost:8001/{name}/")
        assert about[name]["APPS"] == [SANDBOX_APPS[name]]
