"""Becomes the program that it is given, tied to the life of its parent.

Run as a script, with `-I -S` for speed: `launcher.py DEATH_SIGNAL PARENT RUN_AS COMMAND...`.
RUN_AS is `-` (as we are), `map:UID:GID` (root shows itself under this number) or `UID:GID`
(root becomes this user).
"""

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    death_signal, parent, run_as, *command = arguments
    try:
        take_identity(run_as)
    except OSError as error:
        sys.exit(f"cannot run as {run_as}: {error}")
    # After the change of identity, which clears it.
    follow_parent(int(death_signal), int(parent))
    os.execvp(command[0], command)  # noqa: S606


def take_identity(run_as: str) -> None:
    kind, *numbers = run_as.split(":")
    if kind == "-":
        return
    if kind == "map":
        show_as(*map(int, numbers))
        return
    os.setgroups([])
    os.setgid(int(numbers[0]))
    os.setuid(int(kind))


def show_as(uid: int, gid: int) -> None:
    """Root sees itself as `uid` in a user namespace of its own.

    PostgreSQL refuses root. In here it sees an ordinary user, while the kernel goes on treating
    the files as root's: no system user is needed, and no folder has to be opened for one.
    """
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def follow_parent(death_signal: int, parent: int) -> None:
    if not death_signal or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # It died before we could ask.
        sys.exit(1)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:  # noqa: PTH123 - pathlib would double our time to start
        file.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
