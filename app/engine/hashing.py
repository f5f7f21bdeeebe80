"""A recogniser for reliability tests: its text is made from the audio's bytes alone, so a test knows it
beforehand.
"""

import hashlib

from app.engine.audio import Audio
from app.engine.recognition import Segment, Word


class HashRecogniser:
    """Hears the same words in the same samples, at once, in any audio, silence too."""

    name = "earpiece-hash"

    def recognise(self, audio: Audio, prompt: str) -> list[Segment]:
        """As `Recogniser.recognise`: `sha256 <first 16 digits> bytes <count>`, of the 16 kHz samples."""
        samples = audio.samples.tobytes()
        words = f"sha256 {hashlib.sha256(samples).hexdigest()[:16]} bytes {len(samples)}".split()
        step = audio.seconds / len(words)
        return [
            Segment(tuple(Word(word, i * step, (i + 1) * step, 1.0) for i, word in enumerate(words)), 0.0)
        ]

    def follow(self, audio: Audio) -> list[Segment]:
        """As `Recogniser.follow`."""
        return self.recognise(audio, "")

    def readiness(self) -> dict[str, int]:
        """As `Recogniser.readiness`."""
        return {"processes": 0, "running": 0, "busy": 0}

    def close(self) -> None:
        """As `Recogniser.close`."""
