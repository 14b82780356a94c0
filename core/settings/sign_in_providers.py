"""Where Google, GitHub and Apple are, and by which keys they know us; in the demo the sandbox's."""

from types import SimpleNamespace
from typing import Any

Provider = dict[str, Any]

CLASSES = {
    "google": "accounts.social.google.GoogleProvider",
    "github": "accounts.social.github.GitHubProvider",
    "apple": "accounts.social.apple.AppleProvider",
}
ADDRESSES = {
    "google": {
        "authorize": "https://accounts.google.com/o/oauth2/v2/auth",
        "token": "https://oauth2.googleapis.com/token",
        "keys": "https://www.googleapis.com/oauth2/v3/certs",
        "user": "https://openidconnect.googleapis.com/v1/userinfo",
        "check": "https://oauth2.googleapis.com/tokeninfo",
    },
    "github": {
        "authorize": "https://github.com/login/oauth/authorize",
        "token": "https://github.com/login/oauth/access_token",
        "user": "https://api.github.com/user",
        "emails": "https://api.github.com/user/emails",
        "check": "https://api.github.com/applications/{client_id}/token",
    },
    "apple": {
        "authorize": "https://appleid.apple.com/auth/authorize",
        "token": "https://appleid.apple.com/auth/token",
        "keys": "https://appleid.apple.com/auth/keys",
    },
}
SANDBOX_PATHS = {
    "google": {
        "authorize": "/auth",
        "token": "/token",
        "keys": "/certs",
        "user": "/userinfo",
        "check": "/tokeninfo",
    },
    "github": {
        "authorize": "/login/oauth/authorize",
        "token": "/login/oauth/access_token",
        "user": "/api/user",
        "emails": "/api/user/emails",
        "check": "/api/applications/{client_id}/token",
    },
    "apple": {
        "authorize": "/auth/authorize",
        "token": "/auth/token",
        "keys": "/auth/keys",
    },
}
# They open nothing but the sandbox, which shows them to anybody.
SANDBOX_APPS: dict[str, dict[str, Any]] = {
    "google": {
        "client_id": "sandbox-google-client.apps.googleusercontent.com",
        "secret": "sandbox-google-secret",
    },
    "github": {"client_id": "sandbox-github-client", "secret": "sandbox-github-secret"},
    "apple": {
        "client_id": "org.apranova.sandbox",
        "secret": "SANDBOXKEY",
        "key": "SANDBOXTEAM",
        "settings": {
            "certificate_key": """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1J29VNyCCZSaUENL
+YPlL+MYwCEy4WsCH0rJpKnYa4KhRANCAAScuFYRhFua1+S9CvxFbv+8D9cS8eUe
uf40U9xtetwDef7JKZSfD/ysEZ+t/vOdBFC018GznyjRUUTVtv+ARs4w
-----END PRIVATE KEY-----
"""
        },
    },
}


def providers(tunable: SimpleNamespace) -> dict[str, Provider]:
    """As allauth's `SOCIALACCOUNT_PROVIDERS`; one without keys has no app."""
    sandbox = tunable.SANDBOX_URL if tunable.DEMO else ""
    found = {}
    for name, app in _own_apps(tunable).items():
        if app is None and sandbox:
            found[name] = in_sandbox(name, sandbox)
        else:
            found[name] = _provider(name, ADDRESSES[name], [app] if app else [])
    return found


def in_sandbox(name: str, url: str) -> Provider:
    addresses = {what: f"{url}/{name}{path}" for what, path in SANDBOX_PATHS[name].items()}
    return _provider(name, addresses, [SANDBOX_APPS[name]])


def _provider(name: str, addresses: dict[str, str], apps: list[dict[str, Any]]) -> Provider:
    return {"provider_class": CLASSES[name], "ADDRESSES": addresses, "APPS": apps}


def _own_apps(tunable: SimpleNamespace) -> dict[str, dict[str, Any] | None]:
    return {
        "google": _app(tunable.GOOGLE_CLIENT_ID, tunable.GOOGLE_CLIENT_SECRET),
        "github": _app((tunable.GITHUB_CLIENT_ID,), tunable.GITHUB_CLIENT_SECRET),
        "apple": _apple(tunable),
    }


def _app(client_ids: tuple[str, ...], secret: str) -> dict[str, Any] | None:
    if not (any(client_ids) and secret):
        return None
    return {"client_id": ",".join(client_ids), "secret": secret}


def _apple(tunable: SimpleNamespace) -> dict[str, Any] | None:
    """By allauth's names: `secret` is the id of the key, `key` the team's."""
    app = _app(tunable.APPLE_CLIENT_ID, tunable.APPLE_KEY_ID)
    if app is None or not (tunable.APPLE_TEAM_ID and tunable.APPLE_PRIVATE_KEY):
        return None
    # Environment files have one line a value.
    private_key = tunable.APPLE_PRIVATE_KEY.replace("\\n", "\n")
    return {**app, "key": tunable.APPLE_TEAM_ID, "settings": {"certificate_key": private_key}}
