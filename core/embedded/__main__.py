"""The commands behind the front doors: `python -m core.embedded COMMAND`."""

import argparse
import os
import sys
from pathlib import Path

from core.embedded import backup, session
from core.embedded.console import Console
from core.embedded.datadir import DataDir
from core.embedded.errors import EmbeddedError
from core.embedded.run import run


def main() -> int:
    options = _parser().parse_args()
    try:
        return options.act(options)
    except EmbeddedError as error:
        sys.stderr.write(f"\n{error}\n")
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.embedded", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("run", help="run the platform until Ctrl-C")
    command.set_defaults(act=_run)

    command = commands.add_parser("exec", help="run a command in the platform's environment")
    command.add_argument("--throwaway", action="store_true", help="on engines that forget it all")
    command.add_argument("command", nargs=argparse.REMAINDER)
    command.set_defaults(act=_exec)

    command = commands.add_parser("psql", help="open the database's shell")
    command.add_argument("arguments", nargs=argparse.REMAINDER)
    command.set_defaults(act=_psql)

    command = commands.add_parser("backup", help="write database, files and keys into one archive")
    command.add_argument("file", nargs="?", type=Path)
    command.set_defaults(act=_backup)

    command = commands.add_parser("restore", help="put an archive in the place of the data dir")
    command.add_argument("file", type=Path)
    command.set_defaults(act=_restore)
    return parser


def _run(options: argparse.Namespace) -> int:
    run(DataDir.chosen(), Console())
    return 0


def _exec(options: argparse.Namespace) -> int:
    opened = session.throwaway_session() if options.throwaway else session.session(DataDir.chosen())
    with opened as environment:
        return session.call(_plain(options.command), {**os.environ, **environment})


def _psql(options: argparse.Namespace) -> int:
    with session.session(DataDir.chosen()) as environment:
        return session.psql(_plain(options.arguments), environment["DATABASE_URL"])


def _backup(options: argparse.Namespace) -> int:
    archive = backup.write_backup(DataDir.chosen(), options.file)
    sys.stdout.write(
        f"Written: {archive}. It holds the keys too, so keep it where only you read.\n"
    )
    return 0


def _restore(options: argparse.Namespace) -> int:
    data = DataDir.chosen()
    aside = backup.restore_backup(data, options.file)
    kept = f" What was there before stands in {aside}." if aside else ""
    sys.stdout.write(f"Restored into {data.path}.{kept}\n")
    return 0


def _plain(command: list[str]) -> list[str]:
    """Without the dashes that keep a command's own options from being read as ours."""
    return command[1:] if command[:1] == ["--"] else command


if __name__ == "__main__":
    sys.exit(main())
