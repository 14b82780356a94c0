"""The command line: `python -m sandbox`."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.database import UnusableDatabaseError
from sandbox.server import Options, PortTakenError, serve


def main(arguments: Sequence[str] | None = None) -> int:
    options = _read(arguments)
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    for chatty in ("httpx", "mail.log", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        asyncio.run(serve(options))
    except (PortTakenError, UnusableDatabaseError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


def _read(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="Stand-ins for the outside services. Nothing here leaves this machine.",
    )
    parser.add_argument(
        "--port", type=int, default=8001, help="for pages and APIs; 0 takes a free one"
    )
    parser.add_argument("--smtp-port", type=int, default=8002, help="for mails; 0 takes a free one")
    parser.add_argument("--data-dir", type=Path, default=Path("var/sandbox"), help="what is kept")
    parser.add_argument(
        "--platform-url", default="", help="where the platform runs, for a link back to it"
    )
    return Options(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
