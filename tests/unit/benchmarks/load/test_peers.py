import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.load.peers import environment
from benchmarks.load.peers.callers import PeerCaller, PipecatCaller, SingleProcessCaller
from benchmarks.load.sound import Leg

CRC = "0123abcd"
WORDS = f"I want crc={CRC} bytes=160000 took=0.2001"


def caller_of(kind: type[PeerCaller]) -> PeerCaller:
    return kind([Leg("fixed", 0)], 4096)


def rtvi(kind: str, data: Mapping[str, object]) -> bytes:
    """A message as pipecat's serializer writes it: field 4, in it field 1."""
    message = json.dumps({"label": "rtvi-ai", "type": kind, "data": data}).encode()
    assert len(message) > 127
    length = bytes([len(message) & 127 | 128, len(message) >> 7])
    inner = b"\x0a" + length + message
    return b"\x22" + bytes([len(inner) & 127 | 128, len(inner) >> 7]) + inner


def test_the_single_process_is_understood() -> None:
    caller = caller_of(SingleProcessCaller)
    for message, at in (
        ({"type": "transcript", "window": 0, "text": WORDS}, 1.0),
        ({"type": "suggestion_delta", "window": 0, "text": "tip\ntook=0.1501 about=x "}, 2.0),
        ({"type": "suggestion_delta", "window": 0, "text": "word1 "}, 3.0),
        ({"type": "suggestion_done", "window": 0}, 4.0),
    ):
        caller.hear(json.dumps(message).encode(), at)
    assert caller.transcripts["customer"] == [(0, CRC, 160_000, 0.2001, 1.0)]
    assert caller.first_words == {0: (0.1501, 2.0)}
    assert caller.complete == {0}
    assert caller.complaints == []


def test_pipecat_is_understood_and_its_pieces_find_their_window() -> None:
    caller = caller_of(PipecatCaller)
    padding: dict[str, object] = {"padding": "x" * 128}
    caller.hear(rtvi("bot-ready", padding), 0.5)
    for kind, data, at in (
        ("user-transcription", {"text": "half", "final": False}, 0.8),
        ("user-transcription", {"text": WORDS, "final": True}, 1.0),
        ("bot-llm-text", {"text": f"tip\ntook=0.1501 about={CRC} "}, 2.0),
        ("bot-llm-text", {"text": "word1 "}, 3.0),
    ):
        caller.hear(rtvi(kind, {**data, **padding}), at)
    assert caller.started.is_set()
    assert caller.transcripts["customer"] == [(0, CRC, 160_000, 0.2001, 1.0)]
    assert caller.first_words == {0: (0.1501, 2.0)}
    assert caller.complete == set()
    caller.hear(rtvi("bot-llm-text", {"text": f"end={CRC} ", **padding}), 4.0)
    assert caller.complete == {0}


def test_pipecat_is_sent_sound_in_its_own_frames() -> None:
    caller = PipecatCaller([Leg("fixed", 0)], 4096)
    sound = bytes(8192)
    inner = b"\x1a\x80\x40" + sound + b"\x20\x80\x7d\x28\x01"
    assert caller._wrapped(sound) == b"\x12\x88\x40" + inner


def test_a_call_to_a_peer_is_over_when_all_that_was_sent_has_words_and_advice() -> None:
    caller = caller_of(SingleProcessCaller)
    caller.sent_at = [0.0] * 39  # 9.98 s: one window
    caller.hear(json.dumps({"type": "transcript", "window": 0, "text": WORDS}).encode(), 1.0)
    caller.end()
    assert not caller.ended.is_set()
    caller.hear(json.dumps({"type": "suggestion_done", "window": 0}).encode(), 2.0)
    assert caller.ended.is_set()


def test_without_packages_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def offline(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        failed = "install" in command
        return subprocess.CompletedProcess(command, int(failed), "", "trying\nNo matching distribution\n")

    monkeypatch.setattr(subprocess, "run", offline)
    with pytest.raises(environment.NoEnvironment, match=r"peer pipecat .*No matching distribution.*network"):
        environment.python_of("pipecat")
