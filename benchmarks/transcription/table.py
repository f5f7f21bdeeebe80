"""What was measured, as a table in Markdown."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import quantiles

import psutil

from benchmarks.transcription.pieces import Configuration, Piece, Pieces
from benchmarks.transcription.scoring import errors_in, paired_ratio
from benchmarks.word_errors import WordErrors, together
from data.sample_calls import SPEAKERS, SampleCall

TITLES: dict[Configuration, str] = {
    "whole": "each turn whole",
    "speech": "the windower",
    "fixed": "fixed windows of 5 s",
}
COLUMNS = (
    "windows",
    "word errors",
    "of whole turns (95 %)",
    "turn's end to final text, p50 / p95",
    "of it the engine",
    "of it ours",
    "interim text behind its last sound",
    "any word to its first text",
    "turns",
)


def table(calls: Sequence[SampleCall], pieces: Pieces) -> str:
    """A row for each configuration, over the calls that were heard in it and whole; lags are those of quiet
    runs.
    """
    lines = [_machine(), "", f"| {' | '.join(COLUMNS)} |", "|" + " --- |" * len(COLUMNS)]
    whole = _heard(calls, pieces, "whole")
    for configuration, title in TITLES.items():
        found = _heard(calls, pieces, configuration)
        common = [call for call in calls if call.name in found and call.name in whole]
        if not common:
            continue
        counts = [_errors(call, found[call.name]) for call in common]
        ratio = paired_ratio(counts, [_errors(call, whole[call.name]) for call in common])
        compared = f"{ratio.value:.3f} ({ratio.low:.3f}…{ratio.high:.3f})" if found != whole else "1"
        cells = [title, str(together(counts)), compared, *_lags(list(found.values()))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _heard(calls: Sequence[SampleCall], pieces: Pieces, configuration: Configuration) -> dict[str, Piece]:
    found = ((call.name, pieces.load(configuration, call.name)) for call in calls)
    return {name: piece for name, piece in found if piece is not None}


def _errors(call: SampleCall, piece: Piece) -> WordErrors:
    return together([errors_in(call.words(speaker), piece.heard[speaker]) for speaker in SPEAKERS])


def _lags(pieces: Sequence[Piece]) -> list[str]:
    quiet = [piece for piece in pieces if piece.quiet]
    turns = [turn for piece in quiet for turn in piece.lags]
    known = [turn for turn in turns if turn.lag is not None]
    lags = [turn.lag for turn in known if turn.lag is not None]
    return [
        _percentiles(lags),
        _percentiles([turn.engine for turn in known if turn.engine is not None]),
        _percentiles([turn.own for turn in known if turn.own is not None]),
        _percentiles([lag for piece in quiet for lag in piece.interim]),
        _percentiles([lag for piece in quiet for lag in piece.screen]),
        f"{len(lags)} of {len(turns)}" if turns else "",
    ]


def _percentiles(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return ""
    cuts = quantiles(seconds, n=20, method="inclusive")
    return f"{cuts[9]:.2f} / {cuts[18]:.2f} s"


def _machine() -> str:
    names = [f"{name} {version(name)}" for name in ("pocketsphinx", "webrtcvad-wheels")]
    today = datetime.now(UTC).date()
    cores = psutil.cpu_count()
    return (
        f"{today}, {cores} cores {platform.machine()}, Python {platform.python_version()}, {', '.join(names)}"
    )
