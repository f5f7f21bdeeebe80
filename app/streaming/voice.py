"""Is anyone speaking? Decided for blocks of 30 ms, light enough to live beside the sockets."""

import numpy as np
import webrtcvad

BLOCK_SECONDS = 0.03
NATIVE_RATES = (8000, 16000, 32000, 48000)  # of webrtcvad
DETECTOR_RATE = 16000  # which blocks of other rates are brought to
AGGRESSIVENESS = 1  # of 0…3: from 2 on, quiet words of real speakers are lost (docs/transcription.md)


def levels_of(blocks: bytes | bytearray, samples: int, offset: int = 0) -> list[float]:
    """The RMS level (0…32768) of each whole block of so many `samples` in PCM16, from byte `offset` on."""
    count = (len(blocks) - offset) // (2 * samples)
    if not count:
        return []
    pcm = np.frombuffer(blocks, "<i2", count * samples, offset).astype(np.float32).reshape(count, samples)
    levels: list[float] = np.sqrt(np.einsum("ij,ij->i", pcm, pcm) / samples).tolist()
    return levels


class VoiceDetector:
    """webrtcvad for any rate. It adapts to the line, so it has a memory: make a new one at every cut."""

    def __init__(self, rate: int) -> None:
        self._native = rate in NATIVE_RATES
        self._rate = rate if self._native else DETECTOR_RATE
        self._detector = webrtcvad.Vad(AGGRESSIVENESS)

    def hears(self, block: bytes) -> bool:
        """Whether a block of `BLOCK_SECONDS` (PCM16 at the leg's rate) holds a voice."""
        heard: bool = self._detector.is_speech(block if self._native else _convert(block), self._rate)
        return heard


def _convert(block: bytes) -> bytes:
    """A block at `DETECTOR_RATE`, by straight lines between its samples: good enough to tell a voice by."""
    samples = np.frombuffer(block, "<i2")
    at = np.linspace(0, len(samples) - 1, round(DETECTOR_RATE * BLOCK_SECONDS))
    converted: bytes = np.interp(at, np.arange(len(samples)), samples).astype("<i2").tobytes()
    return converted
