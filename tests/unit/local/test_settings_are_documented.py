from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[3]
NAMES = [name.upper() for name in Settings.model_fields]
SET_BY_MAKE_RUN_ONLY = {"LOCAL_SIGN_IN_KEY"}


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_in_the_table_of_the_readme(name: str) -> None:
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `")]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows)


@pytest.mark.parametrize("name", sorted(set(NAMES) - SET_BY_MAKE_RUN_ONLY))
def test_every_setting_is_explained_in_the_example(name: str) -> None:
    assert f"\n#{name}=" in (ROOT / ".env.example").read_text()
