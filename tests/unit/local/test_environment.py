import stat
from pathlib import Path

import pytest

from app.local.environment import kept_secret, port_of, read_environment
from app.local.problems import Problem


def test_the_environment_wins_over_the_dotenv_file_and_empty_is_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text('LANGUAGE=fr\nLLM_MODEL="from the file"\nDATABASE_URL=\n')
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("REDIS_URL", "")
    environment = read_environment(tmp_path)
    assert environment["LANGUAGE"] == "de"
    assert environment["LLM_MODEL"] == "from the file"
    assert not {"DATABASE_URL", "REDIS_URL"} & set(environment)


def test_no_proxy_stands_between_our_own_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    environment = read_environment(tmp_path)
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,127.0.0.1,localhost,::1"


def test_the_port_is_none_a_number_or_a_sentence() -> None:
    assert port_of({}) is None
    assert port_of({"PORT": "9000"}) == 9000
    for wrong in ("eighty", "0", "-1", "65536"):
        with pytest.raises(Problem, match=f"PORT={wrong} is no port"):
            port_of({"PORT": wrong})


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "secret")
    assert len(secret) == 64
    assert kept_secret(tmp_path / "secret") == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_damaged_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("half")
    with pytest.raises(Problem, match="is damaged"):
        kept_secret(tmp_path / "secret")
