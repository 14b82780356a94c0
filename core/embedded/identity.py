"""Under which user the engines run: PostgreSQL refuses root, so root needs a stand-in."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.embedded.errors import EmbeddedError
from core.embedded.process import launched

SYSTEM_USER = "apranova"


@dataclass(frozen=True)
class Identity:
    """How to run (in the launcher's words), and who then owns the files."""

    run_as: str
    uid: int
    gid: int

    def owns(self, path: Path) -> bool:
        return path.stat().st_uid == self.uid


@cache
def engine_identity() -> Identity:
    if os.geteuid() != 0:
        return Identity("-", os.geteuid(), os.getegid())
    return _mapped_root() or _system_user()


def require_passage(identity: Identity, *targets: Path) -> None:
    """Refuses with the first folder that `identity` may not pass through on its way."""
    if identity.run_as == "-":
        return
    steps = [step for target in targets for step in (*reversed(target.parents), target)]
    blocked = _first_blocked(identity, steps)
    if not blocked:
        return
    who = "this user" if identity.uid == os.geteuid() else f"the system user {SYSTEM_USER!r}"
    raise EmbeddedError(
        f"PostgreSQL runs as {who}, who may not pass through {blocked}. "
        "Open that folder (chmod o+x), choose another place with DATA_DIR=, "
        "or run as the user who owns it."
    )


def give(path: Path, identity: Identity) -> None:
    """Hands a tree to `identity`; needed when an earlier run was another user's."""
    if identity.owns(path):
        return
    if os.geteuid() != 0:
        owner = _name_of(path.stat().st_uid)
        raise EmbeddedError(
            f"{path} belongs to {owner}. Run as {owner}, or choose another place with DATA_DIR=."
        )
    for entry in (path, *path.rglob("*")):
        os.chown(entry, identity.uid, identity.gid, follow_symlinks=False)


def _mapped_root() -> Identity | None:
    # Any user with a name does: initdb looks itself up in the list of users.
    stand_in = next((user for user in pwd.getpwall() if user.pw_uid != 0), None)
    if not stand_in:
        return None
    run_as = f"map:{stand_in.pw_uid}:{stand_in.pw_gid}"
    trial = subprocess.run(launched(["/bin/sh", "-c", ":"], run_as=run_as), check=False)
    return Identity(run_as, 0, 0) if trial.returncode == 0 else None


def _system_user() -> Identity:
    try:
        user = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        user = _make_system_user()
    return Identity(f"{user.pw_uid}:{user.pw_gid}", user.pw_uid, user.pw_gid)


def _make_system_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    made = useradd and subprocess.run([useradd, *options, SYSTEM_USER], check=False)
    if not made or made.returncode != 0:
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and here root can neither use a user namespace "
            f"nor add the system user {SYSTEM_USER!r}. Run as an ordinary user, or set "
            "DATABASE_URL to a server of your own."
        )
    return pwd.getpwnam(SYSTEM_USER)


def _first_blocked(identity: Identity, steps: list[Path]) -> str:
    script = 'for step in "$@"; do [ -x "$step" ] || { printf %s "$step"; exit; }; done'
    command = ["/bin/sh", "-c", script, "sh", *map(str, steps)]
    return subprocess.run(
        launched(command, run_as=identity.run_as), capture_output=True, text=True, check=False
    ).stdout


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
