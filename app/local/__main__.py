"""`python -m app.local`, the program behind `make run`: the whole product on one machine, until Ctrl-C."""

import errno
import signal
import sys
from pathlib import Path

from app.local.problems import EXIT_STATUS, Problem
from app.local.system import System

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run until told to stop. Returns 0 after that, 2 when something is wrong that a person must mend."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with System(ROOT) as system:
            system.run()
    except KeyboardInterrupt:
        pass
    except Problem as problem:
        return _complain(str(problem))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _complain("The disk is full: free some space and start again.")
    return 0


def _complain(sentence: str) -> int:
    print(f"earpiece: {sentence}", file=sys.stderr)
    return EXIT_STATUS


if __name__ == "__main__":
    sys.exit(main())
