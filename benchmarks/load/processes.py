"""The processes of the Procfile that take part in a measurement."""

from pathlib import Path

from app.local.procfile import read_procfile

ROOT = Path(__file__).parents[2]
SCALABLE = ("web", "transcribe", "suggest")


def commands(*, flower: bool = False, twice: str = "") -> dict[str, str]:
    """By name: all but the built-in engine, for which the stub stands in, and Flower where it is not wanted.
    There are two processes of `twice`.
    """
    unwanted = {"engine"} if flower else {"engine", "flower"}
    found = {name: line for name, line in read_procfile(ROOT / "Procfile").items() if name not in unwanted}
    return found | (two_of(twice, found[twice]) if twice else {})


def two_of(name: str, command: str) -> dict[str, str]:
    """The lines of a Procfile for two processes of one: gunicorn has two workers, a worker a sibling."""
    if command.startswith("gunicorn "):
        return {name: f"{command} --workers 2"}
    return {name: command, f"{name}2": command.replace(f"-n {name}@", f"-n {name}2@")}
