from pathlib import Path

import pytest

from app.local.problems import Problem
from app.local.procfile import read_procfile

ROOT = Path(__file__).parents[3]


def test_a_procfile_gives_commands_by_name_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("# what runs\n\nweb: serve --port 1 'a: b'\n  beat:tick\n")
    assert read_procfile(file) == {"web": "serve --port 1 'a: b'", "beat": "tick"}
    assert list(read_procfile(file)) == ["web", "beat"]


def test_a_line_that_is_no_process_is_named(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("web: serve\nnonsense\n")
    with pytest.raises(Problem, match="Line 2 of"):
        read_procfile(file)


def test_our_own_procfile_names_what_the_plan_of_the_house_names() -> None:
    assert set(read_procfile(ROOT / "Procfile")) == {
        *("engine", "web", "transcribe", "interim", "suggest", "postcall", "beat", "flower")
    }
