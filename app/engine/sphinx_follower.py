"""A recogniser process for pieces of audio that still grow: `sphinx_process.py` with another ear.

A piece is sent anew, longer, every second; what was heard of it before is not heard again. It gives way to
the recognition of whole pieces wherever both want the processor.
"""

import os

from pocketsphinx import Decoder

from app.engine.sphinx_pass import SETTINGS, Heard, words_of
from app.engine.sphinx_process import serve

ONE_PASS = {"fwdflat": False, "bestpath": False}
"""The passes that look at a whole piece again are for whole pieces."""
FOLLOWED = 4
"""Pieces at once, one for each who speaks; one more makes them all begin anew. A decoder holds 90 MB."""
TAIL_BYTES = 1600
"""50 ms at the end of a piece wait until more is there: resampling changes them as it grows."""
LATER = 10
"""How much nicer than the others this process is."""


class Follower:
    """A decoder and the beginning of a piece, which it has heard."""

    def __init__(self) -> None:
        self._decoder = Decoder(**SETTINGS, **ONE_PASS)
        self._heard = b""
        self._decoder.start_utt()

    def knows(self, samples: bytes) -> int:
        """How many bytes of a piece are heard already."""
        return len(self._heard) if samples.startswith(self._heard) else 0

    def hear(self, samples: bytes) -> Heard:
        """The words so far. Nothing is known of how sure they are: their probability is 1."""
        if not self.knows(samples):
            self._decoder.end_utt()
            self._decoder.reinit_feat()
            self._decoder.start_utt()
            self._heard = b""
        more = samples[len(self._heard) : max(len(self._heard), len(samples) - TAIL_BYTES)]
        if more:
            self._decoder.process_raw(more, full_utt=False)
            self._heard += more
        return [(word, start, end, 1.0) for word, start, end, _ in words_of(self._decoder)]


class Followers:
    """As many as there are pieces, at most `FOLLOWED`; the one that was used least recently begins anew."""

    def __init__(self) -> None:
        self._followers: list[Follower] = []

    def hear(self, samples: bytes) -> Heard:
        """The words of a piece so far."""
        follower = max(self._followers, key=lambda known: known.knows(samples), default=None)
        if follower is None or not follower.knows(samples):
            follower = Follower() if len(self._followers) < FOLLOWED else self._followers[0]
        self._followers = [*(other for other in self._followers if other is not follower), follower]
        return follower.hear(samples)


if __name__ == "__main__":
    os.nice(LATER)
    followers = Followers()
    serve(lambda samples, _prompt: followers.hear(samples))
