"""The real run with light programs in the place of ours: engines, locks and signals are true."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from core.embedded import __main__, run
from core.embedded.child import Service

IDLE = ["-c", "import time; time.sleep(3600)"]
STUBBORN = ["-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(3600)"]
FAILING = ["-c", "raise SystemExit('the broker speaks another language')"]
PARENT = ["-c", "import os, time; os.fork(); time.sleep(3600)"]
WORKERS = {"": IDLE, "stubborn": STUBBORN, "failing": FAILING, "parent": PARENT}


def light_programs(environment: Mapping[str, str], ports: run.Ports) -> dict[str, list[str]]:
    web = Path(__file__).with_name("light_web.py")
    return {
        "prepare": ["-c", "print('nothing to prepare')"],
        "sandbox": IDLE,
        "worker": WORKERS[os.environ.get("LIGHT_WORKER", "")],
        "web": [str(web), str(ports.web)],
    }


if __name__ == "__main__":
    run.programs = light_programs
    Service.stop_patience = 300.0  # A stubborn one is ended by hurrying alone.
    sys.exit(__main__.main())
