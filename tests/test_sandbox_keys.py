"""What the platform and the sandbox both must know, since neither imports the other."""

from core.settings.github import SANDBOX_APP
from core.settings.sign_in_providers import SANDBOX_APPS
from sandbox.services import apple, github, google


def test_the_sandbox_knows_the_keys_that_the_demo_has():
    for name, service in (("google", google), ("github", github)):
        app = SANDBOX_APPS[name]
        assert (app["client_id"], app["secret"]) == (service.CLIENT.id, service.CLIENT.secret)
    connecting = github.CONNECT_CLIENT
    assert (SANDBOX_APP["client_id"], SANDBOX_APP["secret"]) == (connecting.id, connecting.secret)
    app = SANDBOX_APPS["apple"]
    assert (app["client_id"], app["key"], app["secret"]) == (
        apple.CLIENT.id,
        apple.TEAM_ID,
        apple.KEY_ID,
    )
    assert app["settings"]["certificate_key"] == apple.PRIVATE_KEY
