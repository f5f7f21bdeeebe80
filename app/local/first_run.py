"""What the database needs before the product runs: its tables, the demo people, somebody who may sign in."""

import subprocess
import sys
from pathlib import Path

from app.local import process
from app.local.console import Console
from app.local.problems import EXIT_STATUS, Problem
from app.settings import Settings


def prepare_database(root: Path, settings: Settings, console: Console) -> str | None:
    """Bring the database up to date; return the first admin's password when one was made just now."""
    missing = _bring_up_to_date(root)
    if settings.seed_data and "customers" in missing:
        console.say("Loading the demo customers, once.")
        _run(root, console, "-m", "data.seed_customers")
    if "admin" not in missing:
        return None
    lines = _run(root, console, "-m", "flask", "--app", "app.api.factory", "first-admin")
    return lines[-1] if lines else None


def _bring_up_to_date(root: Path) -> list[str]:
    """What is missing in the database then."""
    ended = process.run([sys.executable, "-m", "app.local.up_to_date"], cwd=root, account=None)
    last = (ended.stdout.splitlines() or [""])[-1]
    if ended.returncode == EXIT_STATUS:
        raise Problem(last)
    if ended.returncode != 0:
        complaint = (ended.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise Problem(f"The database could not be brought up to date: {complaint}.")
    return last.split()


def _run(root: Path, console: Console, *args: str) -> list[str]:
    """Run a Python program to its end, show what it says, and return that in lines."""
    child = process.spawn([sys.executable, *args], stdout=subprocess.PIPE, cwd=root)
    lines = []
    assert child.stdout is not None
    try:
        with child.stdout as pipe:
            for raw in pipe:
                lines.append(raw.decode(errors="replace").rstrip())
                console.say(lines[-1])
        child.wait()
    finally:
        process.forget(child)
    if child.returncode != 0:
        raise Problem(f"`python {' '.join(args)}` failed: its own words are above.")
    return lines
