"""The scripts as sound, in the form of the sample calls, made when it is missing. Needs flite (Debian's
package `flite`).

The pauses are those of people, not those of data/make_calls.py: some speakers answer before the other has
finished, some stop for a second in the middle of a sentence. Each speaks at a pace of their own.
"""

import json
import random
import re
import zlib
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from benchmarks.transcription.scripts import Script, Turn
from data.make_calls import speak
from data.sample_calls import SAMPLE_RATE, SPEAKERS, SampleCall, Samples

BEFORE_ANSWER: Final = (-0.2, 1.2)  # seconds; below 0 the two speak at once
BREATH: Final = (0.2, 0.8)  # between two sentences
HESITATION: Final = (0.4, 1.4)
BEFORE_CALL, AFTER_CALL = 0.5, 2.0
PACE: Final = (0.9, 1.15)


def voice(scripts: list[Script], folder: Path) -> list[SampleCall]:
    """The calls of these scripts; their sound is kept in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    calls = []
    for script in scripts:
        name = call_name(script)
        if not (folder / f"{name}.json").exists():
            _make(script, folder / name)
        calls.append(SampleCall(name, folder))
    return calls


def call_name(script: Script) -> str:
    """Changes with the words and with the figures above, so that nothing old is ever measured."""
    figures = (BEFORE_ANSWER, BREATH, HESITATION, BEFORE_CALL, AFTER_CALL, PACE)
    return f"{script.name}_{zlib.crc32(repr((script, figures)).encode()):08x}"


def _make(script: Script, path: Path) -> None:
    chance = random.Random(script.name)
    paces = {speaker: chance.uniform(*PACE) for speaker in SPEAKERS}
    spoken: list[tuple[Turn, int, Samples]] = []
    at = BEFORE_CALL
    for turn in script.turns:
        samples = speak_turn(turn.text, script.voices[turn.speaker], paces[turn.speaker], chance)
        spoken.append((turn, round(at * SAMPLE_RATE), samples))
        at += len(samples) / SAMPLE_RATE + chance.uniform(*BEFORE_ANSWER)
    length = max(start + len(samples) for _, start, samples in spoken) + round(AFTER_CALL * SAMPLE_RATE)
    legs = np.zeros((length, 2), np.int16)
    for turn, start, samples in spoken:
        legs[start : start + len(samples), SPEAKERS.index(turn.speaker)] = samples
    soundfile.write(path.with_suffix(".flac"), legs, SAMPLE_RATE, subtype="PCM_16", compression_level=0.0)
    turns = [
        {
            **turn._asdict(),
            "start": round(start / SAMPLE_RATE, 3),
            "end": round((start + len(samples)) / SAMPLE_RATE, 3),
        }
        for turn, start, samples in spoken
    ]
    facts: dict[str, object] = {
        "title": script.name,
        "account_number": None,
        "agent_name": "Dana",
        "expects": {},
    }
    path.with_suffix(".json").write_text(json.dumps({**facts, "voices": script.voices, "turns": turns}))


def speak_turn(text: str, voice: str, pace: float, chance: random.Random) -> Samples:
    """Sentence after sentence, with a breath between them, and with hesitations."""
    parts: list[Samples] = []
    for said, sign in re.findall(r"([^.?!…]+)([.?!…])", text):
        parts.append(speak(said.strip() + sign.replace("…", ","), voice, pace))
        pause = chance.uniform(*(HESITATION if sign == "…" else BREATH))
        parts.append(np.zeros(round(pause * SAMPLE_RATE), np.int16))
    return np.concatenate(parts[:-1])
