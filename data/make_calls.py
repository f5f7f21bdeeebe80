"""Speaks the sample calls: `python -m data.make_calls [NAME …]`. Needs flite (Debian package `flite`).

The scripts are the `data/calls/*.json` files. Change a text there and run this: it writes the FLAC beside
it, and the turns' `start` and `end` (seconds) back into the script. The same script gives the same samples
on every run. Choose words that the built-in recogniser hears well.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Any, Final

import numpy as np
import soundfile

from data.sample_calls import CALLS, SAMPLE_RATE, SPEAKERS, Samples

TURN_PAUSE_SECONDS: Final = (0.5, 1.2)
BREATH_SECONDS: Final = (0.25, 0.4)

SILENT_BELOW: Final = 40
EDGE_SAMPLES: Final = SAMPLE_RATE // 20
"""Kept around a sentence: soft first and last sounds are quieter than SILENT_BELOW."""

GAIN: Final = {"slt": 0.6, "rms": 0.8, "awb": 0.55}
"""By voice, so that all are equally loud. These are flite's voices that pocketsphinx understands."""

STEP: Final = 16
"""The samples' resolution, 12 bits, about a telephone's: FLAC leaves the rest out and is a third smaller."""


def speak(sentence: str, voice: str, stretch: float = 1.0) -> Samples:
    """One sentence in one of flite's 16 kHz voices, without the silence around it; `stretch` makes it
    longer.
    """
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        pace = f"duration_stretch={stretch:.3f}"
        command = ["flite", "-voice", voice, "--setf", pace, "-t", sentence, "-o", wav.name]
        subprocess.run(command, check=True)
        samples, rate = soundfile.read(wav.name, dtype="int16")
    if rate != SAMPLE_RATE:
        raise ValueError(f"voice {voice} speaks at {rate} Hz; choose one at {SAMPLE_RATE}")
    heard = np.flatnonzero(np.abs(samples) > SILENT_BELOW)
    kept = samples[max(0, heard[0] - EDGE_SAMPLES) : heard[-1] + EDGE_SAMPLES]
    level: Samples = (np.round(kept * GAIN[voice] / STEP) * STEP).astype(np.int16)
    return level


def silence(between: tuple[float, float], chance: random.Random) -> Samples:
    """A pause of a length within `between` seconds."""
    return np.zeros(round(chance.uniform(*between) * SAMPLE_RATE), dtype=np.int16)


def speak_turn(text: str, voice: str, chance: random.Random) -> Samples:
    """Sentence after sentence, with a breath between them."""
    first, *others = re.findall(r"[^.?!]+[.?!]", text)
    parts = [speak(first.strip(), voice)]
    for sentence in others:
        parts += [silence(BREATH_SECONDS, chance), speak(sentence.strip(), voice)]
    return np.concatenate(parts)


def speak_call(script: dict[str, Any]) -> Samples:
    """The whole call, shape (samples, 2), left agent, right customer. Writes the turns' times into them."""
    chance = random.Random(script["name"])
    parts = [np.zeros((SAMPLE_RATE // 2, 2), dtype=np.int16)]
    length = len(parts[0])
    for turn in script["turns"]:
        spoken = speak_turn(turn["text"], script["voices"][turn["speaker"]], chance)
        pause = silence(TURN_PAUSE_SECONDS, chance)
        part = np.zeros((len(spoken) + len(pause), 2), dtype=np.int16)
        part[: len(spoken), SPEAKERS.index(turn["speaker"])] = spoken
        turn["start"] = round(length / SAMPLE_RATE, 2)
        turn["end"] = round((length + len(spoken)) / SAMPLE_RATE, 2)
        parts.append(part)
        length += len(part)
    return np.concatenate(parts)


def make(name: str) -> None:
    """Speak one call and write its FLAC and its script."""
    path = CALLS / f"{name}.json"
    audio = path.with_suffix(".flac")
    script = json.loads(path.read_text())
    samples = speak_call(script)
    soundfile.write(audio, samples, SAMPLE_RATE, subtype="PCM_16", compression_level=1.0)
    path.write_text(json.dumps(script, indent=2) + "\n")
    print(f"{name}: {len(samples) / SAMPLE_RATE:.1f} s, {audio.stat().st_size / 1000:.0f} kB")


def main() -> int:
    """Make the calls named on the command line."""
    parser = argparse.ArgumentParser(description="Speak the sample calls of data/calls.")
    parser.add_argument("names", nargs="*", help="calls to make; all of them when none is given")
    names = parser.parse_args().names or sorted(path.stem for path in CALLS.glob("*.json"))
    if shutil.which("flite") is None:
        print("flite is missing: install your system's package flite and try again.", file=sys.stderr)
        return 2
    for name in names:
        make(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
