"""Where a peer runs: a virtual environment in the user's cache. Earpiece needs none of its packages."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
MADE = ".made"  # in an environment that is whole


class NoEnvironment(Exception):
    """The peer's packages cannot be had. Says what to do."""


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made the first time: a minute or two.

    The packages are those of `<peer>.txt` beside this file; another list makes another environment.
    """
    wanted = FOLDER / f"{peer}.txt"
    folder = _cache() / f"{peer}-{sha256(wanted.read_bytes()).hexdigest()[:8]}"
    if not (folder / MADE).exists():
        print(f"Making an environment for the peer {peer} in {folder}.", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        _run(peer, sys.executable, "-m", "venv", str(folder))
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(peer, str(folder / "bin" / "python"), *pip, "-r", str(wanted))
        (folder / MADE).touch()
    return folder / "bin" / "python"


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "earpiece-bench"


def _run(peer: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise NoEnvironment(
            f"The peer {peer} needs packages that cannot be had ({said[-1] if said else 'without a word'}). "
            f"Without a network, measure without --peers."
        )
