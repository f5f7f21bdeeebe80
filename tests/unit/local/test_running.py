import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.local import running
from app.local.problems import Problem

SYSTEM = running.Running(
    url="http://127.0.0.1:8000",
    pid=1,
    database_url="postgresql+psycopg2://",
    redis_url="redis://",
    flower_url="http://127.0.0.1:5555",
    sign_in="http://127.0.0.1:8000/sign-in/local?key=x",
)
CLAIM = "import pathlib, sys; from app.local import running; running.claim(pathlib.Path(sys.argv[1]))"


def claim_elsewhere(var: Path) -> str:
    """What another process hears that claims the folder; nothing when it may have it."""
    run = subprocess.run([sys.executable, "-c", CLAIM, str(var)], capture_output=True, text=True, check=False)
    return run.stderr.splitlines()[-1] if run.returncode else ""


def test_a_running_system_is_found_and_holds_its_folder(tmp_path: Path) -> None:
    running.claim(tmp_path)
    assert "already runs from this folder: use it" in claim_elsewhere(tmp_path)
    running.announce(tmp_path, SYSTEM)
    assert running.find(tmp_path) == SYSTEM
    assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600
    assert "at http://127.0.0.1:8000/ (process 1)" in claim_elsewhere(tmp_path)


def test_what_a_killed_system_left_behind_is_no_running_system(tmp_path: Path) -> None:
    assert claim_elsewhere(tmp_path) == ""
    running.announce(tmp_path, SYSTEM)
    with pytest.raises(Problem, match="is not running from this folder"):
        running.find(tmp_path)


@pytest.mark.parametrize("rubbish", ["", "[]", "{", '{"url": 1}'])
def test_a_damaged_run_file_is_no_running_system(tmp_path: Path, rubbish: str) -> None:
    (tmp_path / "run.json").write_text(rubbish)
    with pytest.raises(Problem, match="is not running from this folder"):
        running.find(tmp_path)
