"""Where GitHub is and by which keys it knows us, for repositories; in the demo the sandbox."""

from types import SimpleNamespace

Place = dict[str, str]

ADDRESSES: Place = {
    "web": "https://github.com",
    "authorize": "https://github.com/login/oauth/authorize",
    "token": "https://github.com/login/oauth/access_token",
    "api": "https://api.github.com",
}
SANDBOX_PATHS: Place = {
    "web": "",
    "authorize": "/login/oauth/authorize",
    "token": "/login/oauth/access_token",
    "api": "/api",
}
# They open nothing but the sandbox, which shows them to anybody.
SANDBOX_APP: Place = {
    "client_id": "sandbox-github-connect",
    "secret": "sandbox-github-connect-secret",
}
NO_APP: Place = {"client_id": "", "secret": ""}


def place(tunable: SimpleNamespace) -> Place:
    """An app of its own for this if there is one, else that of signing in."""
    app = _app(tunable.GITHUB_CONNECT_CLIENT_ID, tunable.GITHUB_CONNECT_CLIENT_SECRET) or _app(
        tunable.GITHUB_CLIENT_ID, tunable.GITHUB_CLIENT_SECRET
    )
    if app is None and tunable.DEMO and tunable.SANDBOX_URL:
        return in_sandbox(tunable.SANDBOX_URL)
    return ADDRESSES | (app or NO_APP)


def in_sandbox(url: str) -> Place:
    addresses = {what: f"{url}/github{path}" for what, path in SANDBOX_PATHS.items()}
    return addresses | SANDBOX_APP


def _app(client_id: str, secret: str) -> Place | None:
    return {"client_id": client_id, "secret": secret} if client_id and secret else None
