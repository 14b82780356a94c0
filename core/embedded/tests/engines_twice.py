"""Starts engines in a folder, stops them, does so again, and says whose they were."""

import os
import sys
from pathlib import Path

from core.embedded.engines import Engines
from core.embedded.process import FileSink

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for _ in range(2):
        engines = Engines(folder, sockets=folder, sink=FileSink(folder))
        engines.start()
        engines.stop()
    sys.stdout.write(f"{os.getuid()} {(folder / 'postgres').stat().st_uid}\n")
