"""faster-whisper as the recogniser, for those who install it and name a model (ENGINE_WHISPER_MODEL)."""

import threading

import numpy as np
from faster_whisper import WhisperModel

from app.engine.audio import Audio
from app.engine.errors import Overloaded
from app.engine.recognition import Segment, Word


class WhisperRecogniser:
    """One model in this process; it recognises one piece of audio at a time, on all cores."""

    def __init__(self, model: str) -> None:
        self.name = f"earpiece-whisper-{model}"
        self._model = WhisperModel(model, device="auto", compute_type="int8")
        self._lock = threading.Lock()

    def recognise(self, audio: Audio, prompt: str) -> list[Segment]:
        """As `Recogniser.recognise`. Earlier text is not conditioned on: windows stand for themselves."""
        samples = audio.samples.astype(np.float32) / 32768
        with self._lock:
            heard, _ = self._model.transcribe(
                samples, initial_prompt=prompt or None, word_timestamps=True, condition_on_previous_text=False
            )
            return [
                Segment(
                    tuple(Word(w.word.strip(), w.start, w.end, max(w.probability, 1e-6)) for w in part.words),
                    part.no_speech_prob,
                )
                for part in heard
                if part.words
            ]

    def follow(self, audio: Audio) -> list[Segment]:
        """As `Recogniser.follow`. There is one model, which cannot be interrupted."""
        raise Overloaded("This recogniser hears whole pieces only.")

    def readiness(self) -> dict[str, int]:
        """As `Recogniser.readiness`."""
        return {"processes": 1, "running": 1, "busy": int(self._lock.locked())}

    def close(self) -> None:
        """As `Recogniser.close`."""
