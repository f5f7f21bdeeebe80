"""How much speech is lost, and how much of the rest is paid for: `python -m benchmarks.sound`.

Every sound goes through the windower, and what that takes for speech through the judge of whole windows, as
in a call. The folders hold recordings (WAV, FLAC) of any rate. The figures of docs/transcription.md were
made with the Debian packages asterisk-core-sounds-{en,es,fr,it,ru}-wav and asterisk-moh-opsound-wav,
unpacked by `dpkg-deb -x`. With `--fit` the weights are fitted anew, and printed.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from app.streaming.speech_windows import SpeechWindower
from benchmarks.sound.synthesis import RATE, Samples, made_sounds
from workers.agents.sound import BIAS, SHORTEST_SECONDS, WEIGHTS, Measures, measure

CALLS = Path(__file__).parents[2] / "data" / "calls"
RECORDINGS = 900  # of the speech folder, drawn by lot
SPEECH_LOST = 0.0035  # the share at which the line is placed: nearly all of it with music behind
WINDOW_SECONDS = 5.0
GAPS = (15, 20)  # dB by which speech is above what is behind it, …
MUSIC_GAPS = (10, 15)  # … and above music
QUIET = 0.01
SPOKEN_SECONDS = 0.1  # of samples above `QUIET`: about a quarter of a second of speech


class Row(NamedTuple):
    """A window that the windower took for speech. Without measures it is too short to be judged, and
    passes.
    """

    speech: bool
    kind: str
    measures: Measures | None


def main() -> int:
    """Print one line for each kind of sound."""
    parser = argparse.ArgumentParser(description="Measure how speech is told from music and noise.")
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--music", type=Path, required=True)
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    music = [read(path) for path in recordings(given.music)]
    rows = [*speech_rows(given.speech, music), *other_rows(music)]
    weights, bias = fit(rows) if given.fit else (np.array(WEIGHTS), BIAS)
    if given.fit:
        named = zip(Measures._fields, weights, strict=True)
        print(", ".join(f"{name}={weight:.3g}" for name, weight in named) + f"; BIAS={bias:.3f}")
    table: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for row in rows:
        passed = row.measures is None or float(np.dot(weights, row.measures)) + bias >= 0
        table[row.speech, row.kind].append(passed)
    for (speech, kind), answers in sorted(table.items(), reverse=True):
        group = "speech" if speech else "other"
        print(f"{group:7} {kind:24} {len(answers):5} windows, {sum(answers):5} taken for speech")
    return 0


def speech_rows(folder: Path, music: list[Samples]) -> Iterator[Row]:
    """Speech as recorded, and with noise, hum and music behind it."""
    chance = random.Random(9)
    files = recordings(folder)
    spoken = [read(path) for path in chance.sample(files, min(RECORDINGS, len(files)))]
    spoken += [channel for path in recordings(CALLS) for channel in read_channels(path)]
    steady = {name: sound for name, sound in made_sounds(30) if "noise" in name or "hum" in name}
    kinds = [(name, gap) for name in steady for gap in GAPS] + 2 * [("music", gap) for gap in MUSIC_GAPS]
    for sound in spoken:
        yield from rows_of("alone", sound, sound)
        name, gap = chance.choice(kinds)
        behind = chance.choice(music) if name == "music" else steady[name]
        yield from rows_of(f"over {name}, {gap} dB", over(sound, behind, gap), sound)


def other_rows(music: list[Samples]) -> Iterator[Row]:
    """Music as recorded, and what is made by rule."""
    for sound in music:
        yield from rows_of("music, recorded", sound)
    for name, sound in made_sounds(60):
        yield from rows_of(name.split(",")[0], sound)
    for seconds in (7, 13):
        in_turn = np.concatenate([sound for _, sound in made_sounds(seconds, seed=seconds)])
        for gain in (1, 0.1):
            yield from rows_of("all of these in turn", in_turn * np.float32(gain))


def rows_of(kind: str, sound: Samples, spoken: Samples | None = None) -> Iterator[Row]:
    """The windows of a sound in which `spoken` is what somebody says; windows without a word of it do not
    count.
    """
    windower = SpeechWindower(RATE, WINDOW_SECONDS)
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    start = 0
    for cut in windower.feed(pcm) + windower.flush():
        if cut.kind == "speech":
            window = sound[start // 2 : cut.end // 2]
            if spoken is None or is_spoken(spoken[start // 2 : cut.end // 2]):
                judged = len(window) >= SHORTEST_SECONDS * RATE
                yield Row(spoken is not None, kind, measure(window) if judged else None)
        start = cut.end


def is_spoken(sound: Samples) -> bool:
    """Whether there is a word in it: a quarter of a second that sounds."""
    return int((np.abs(sound) > QUIET).sum()) >= SPOKEN_SECONDS * RATE


def fit(rows: list[Row]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression by gradient descent, both classes of one weight; `SPEECH_LOST` then places the
    line.
    """
    judged = [row for row in rows if row.measures is not None]
    values = np.array([row.measures for row in judged])
    speech = np.array([row.speech for row in judged])
    mean, spread = values.mean(0), values.std(0)
    inputs = np.c_[(values - mean) / spread, np.ones(len(judged))]
    share = np.where(speech, 0.5 / speech.sum(), 0.5 / (~speech).sum())
    line = np.zeros(inputs.shape[1])
    for _ in range(5000):
        line -= 5 * (inputs.T @ ((1 / (1 + np.exp(-inputs @ line)) - speech) * share) + 1e-5 * line)
    weights = line[:-1] / spread
    return weights, -float(np.quantile((values @ weights)[speech], SPEECH_LOST))


def recordings(folder: Path) -> list[Path]:
    """Everything in the folder that is recorded sound."""
    files = (path for path in folder.rglob("*") if path.suffix in (".wav", ".flac"))
    return sorted(path for path in files if not is_no_voice(path))


def is_no_voice(path: Path) -> bool:
    """Sounds among asterisk's prompts that nobody speaks."""
    tones = ("silence/", "beep", "monkey", "ascending", "descending", "confbridge-join", "confbridge-leave")
    return any(word in str(path) for word in tones)


def read_channels(path: Path) -> list[Samples]:
    """Each channel at `RATE`, between -1 and 1."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return [soxr.resample(np.ascontiguousarray(channel), rate, RATE) for channel in sound.T]


def read(path: Path) -> Samples:
    """All channels in one."""
    mono: Samples = np.mean(read_channels(path), axis=0)
    return mono


def over(speech: Samples, behind: Samples, decibels: float) -> Samples:
    """Speech with something behind it that is so much weaker than its sounding parts."""
    sounding = speech[np.abs(speech) > QUIET]
    under = np.resize(behind, len(speech))
    gain = np.sqrt(np.mean(sounding**2) / (np.mean(under**2) + 1e-12) / 10 ** (decibels / 10))
    mixed: Samples = (speech + under * gain).astype(np.float32)
    return mixed


if __name__ == "__main__":
    sys.exit(main())
