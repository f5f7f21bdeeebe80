"""`python -m app.local.restart`, behind `make restart`: replace web and workers; calls go on."""

import os
import signal
import sys
from pathlib import Path

from app.local import running
from app.local.problems import EXIT_STATUS, Problem

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Ask the system that runs here. Returns 2 when none does."""
    try:
        system = running.find(ROOT / "var")
    except Problem as problem:
        print(f"earpiece: {problem}", file=sys.stderr)
        return EXIT_STATUS
    os.kill(system.pid, signal.SIGUSR2)
    print("Replacing web and workers one by one; what comes of it is said where `make run` runs.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
