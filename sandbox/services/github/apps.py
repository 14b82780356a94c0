"""The OAuth apps that GitHub knows, the scopes they may be granted, and their tokens."""

from starlette.requests import Request

from sandbox.authorizing import Client, Provider, person_of
from sandbox.people import Person
from sandbox.records import Records
from sandbox.services.github.names import NAME

CLIENT = Client(
    id="sandbox-github-client",
    secret="sandbox-github-secret",  # noqa: S106 - made for the sandbox, worth nothing
    title="ApraNova",
)
CONNECT_CLIENT = Client(
    id="sandbox-github-connect",
    secret="sandbox-github-connect-secret",  # noqa: S106 - likewise
    title="ApraNova",
)
NEIGHBOUR = Client(
    id="sandbox-github-neighbour",
    secret="sandbox-neighbour-secret",  # noqa: S106 - likewise
    title="Another app",
)
# Tokens of OAuth apps last until somebody takes them back.
TOKEN_SECONDS = 10 * 365 * 24 * 3_600.0
SCOPES = {
    "repo": "read and change all your repositories, private ones too",
    "public_repo": "read and change your public repositories",
    "delete_repo": "delete your repositories",
    "admin:repo_hook": "make, change and delete webhooks of your repositories",
    "write:repo_hook": "make and change webhooks of your repositories",
    "read:repo_hook": "see the webhooks of your repositories",
    "user": "read and change your profile",
    "read:user": "read your profile",
    "user:email": "read your e-mail addresses",
}
# What is granted along with a wider one, and so is not named beside it.
INCLUDED = {
    "repo": {"public_repo"},
    "admin:repo_hook": {"write:repo_hook", "read:repo_hook"},
    "write:repo_hook": {"read:repo_hook"},
    "user": {"read:user", "user:email"},
}
PROVIDER = Provider(
    name=NAME,
    title="GitHub",
    clients=(CLIENT, CONNECT_CLIENT, NEIGHBOUR),
    usual_response="code",
    token_seconds=TOKEN_SECONDS,
    scopes=SCOPES,
    can_hide=True,
)


def narrowest(scope: str) -> list[str]:
    """The scopes as GitHub grants them: known ones, none that another one includes."""
    named = SCOPES.keys() & set(scope.replace(",", " ").split())
    included = {name for wide in named for name in INCLUDED.get(wide, ())}
    return sorted(named - included)


def revoke(records: Records, login: str, *, client: Client = CONNECT_CLIENT) -> int:
    """Takes back what a person granted the app; gives the number of tokens that are worth
    nothing now."""
    tokens = tokens_of(records, login, client=client)
    for token in tokens:
        records.remove(NAME, "token", token)
    return len(tokens)


def tokens_of(records: Records, login: str, *, client: Client = CONNECT_CLIENT) -> list[str]:
    return [
        token
        for token, kept in records.keyed(NAME, "token")
        if kept["client_id"] == client.id and person_of(kept).handle == login.lower()
    ]


def mint_token(request: Request, person: Person, scope: str) -> str:
    """For the app that connects, as if the person had gone through its pages."""
    grant = {
        "person": person.as_record(),
        "client_id": CONNECT_CLIENT.id,
        "scope": ",".join(narrowest(scope)),
    }
    return PROVIDER.hand_out(request, grant)
