"""A leg's file is the same whatever the order in which its windows were written, and however often."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from app.settings import load_settings
from app.streaming.archive import digest, leg_path, write_span


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    load_settings.cache_clear()
    yield tmp_path
    load_settings.cache_clear()


def test_windows_written_in_any_order_and_twice_make_the_bytes_as_sent() -> None:
    call_id, random = uuid4(), Random(1)
    sent = random.randbytes(50_000)
    spans = [(start, sent[start : start + 7_000]) for start in range(0, len(sent), 7_000)]
    for start, data in random.sample(spans * 2, len(spans) * 2):
        write_span(call_id, "customer", start, data)
    assert digest(call_id, "customer") == (len(sent), sha256(sent).hexdigest())


def test_a_file_longer_than_one_reading_is_digested_whole() -> None:
    call_id, sent = uuid4(), Random(2).randbytes(2_500_000)
    write_span(call_id, "agent", 0, sent)
    assert digest(call_id, "agent") == (len(sent), sha256(sent).hexdigest())


def test_legs_and_calls_do_not_share_a_file() -> None:
    one, other = uuid4(), uuid4()
    write_span(one, "agent", 0, b"aa")
    write_span(one, "customer", 0, b"bb")
    write_span(other, "agent", 0, b"cc")
    files = [leg_path(one, "agent"), leg_path(one, "customer"), leg_path(other, "agent")]
    assert [file.read_bytes() for file in files] == [b"aa", b"bb", b"cc"]


def test_a_leg_without_a_file_is_empty() -> None:
    assert digest(uuid4(), "agent") == (0, sha256().hexdigest())


def test_nobody_else_may_read_what_was_said() -> None:
    call_id = uuid4()
    write_span(call_id, "agent", 0, b"aa")
    assert leg_path(call_id, "agent").stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_be_written_is_an_error(folder: Path) -> None:
    (folder / "audio").write_text("in the way")
    with pytest.raises(OSError, match="audio"):
        write_span(uuid4(), "agent", 0, b"aa")
