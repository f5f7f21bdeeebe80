"""`python -m app.local.inside PROGRAM …` runs a program with the environment of the system that runs here."""

import os
import sys
from pathlib import Path

from app.local import running
from app.local.environment import kept_secret, read_environment
from app.local.problems import Problem

ROOT = Path(__file__).parents[2]


def main(args: list[str]) -> None:
    """Become the program. Raises `Problem` when no system runs here."""
    var = ROOT / "var"
    system = running.find(var)
    environment = read_environment(ROOT)
    environment |= {"DATABASE_URL": system.database_url, "REDIS_URL": system.redis_url, "DATA_DIR": str(var)}
    environment.setdefault("SECRET_KEY", kept_secret(var / "secret"))
    os.execvpe(args[0], args, environment)  # noqa: S606 - a shell would only reinterpret the arguments


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
