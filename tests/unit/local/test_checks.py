import socket
from pathlib import Path

import pytest

from app.local import checks
from app.local.problems import Problem


def test_a_missing_var_is_made(tmp_path: Path) -> None:
    checks.check_folder(tmp_path / "new" / "var")
    assert (tmp_path / "new" / "var").is_dir()


def test_a_disk_with_too_little_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE", 2**60)
    with pytest.raises(Problem, match="is nearly full"):
        checks.check_folder(tmp_path)


def test_without_a_wish_the_next_free_port_is_taken_and_held() -> None:
    with checks.listen("127.0.0.1", None) as first, checks.listen("127.0.0.1", None) as second:
        one, two = first.getsockname()[1], second.getsockname()[1]
        assert checks.FIRST_PORT <= one < two
        with pytest.raises(Problem, match=f"Port {two} is taken"):
            checks.listen("127.0.0.1", two)


def test_a_host_that_is_not_ours_is_named() -> None:
    for host in ("192.0.2.1", "no.such.host.invalid"):
        with pytest.raises(Problem, match=f"HOST={host} is no address of this machine"):
            checks.listen(host, None)


def test_ipv6_is_an_address_too() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with checks.listen("::1", None) as listener:
        assert listener.getsockname()[0] == "::1"


def test_a_free_port_is_the_wanted_one_or_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert port < checks.free_port(port) < port + checks.PORTS_TRIED
        assert checks.free_port() != port
