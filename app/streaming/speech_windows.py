"""The windower of the policy `speech`: a window of speech ends where the speaker pauses.

A pause ends a window. From WINDOW_SECONDS on a breath is enough, once speech goes on after it. Where even
that is missing, the window is cut at its quietest place within reach, so that no one waits much longer than
1.6 times WINDOW_SECONDS for words. Silence is cut off from speech, so that it never reaches an engine. The
figures were tuned on data/calls and checked on other calls and on real speakers: docs/transcription.md.
"""

from app.streaming.voice import BLOCK_SECONDS, VoiceDetector, levels_of
from app.streaming.windows import FLOOR_LEVEL, SAMPLE_BYTES, Cut, Windower


def blocks(seconds: float) -> int:
    """A duration in blocks."""
    return round(seconds / BLOCK_SECONDS)


PAUSE = blocks(0.75)  # without a voice ends a window
TRAILING = blocks(
    0.4
)  # of that pause stay in the window: the rest may hold a weak consonant of the next word
BREATH = blocks(0.24)  # without a voice is where a window that has its length ends
ONSET, ONSET_REACH = 3, 5  # voiced blocks, among so many, begin speech: a click is shorter
PREROLL = blocks(0.45)  # before the onset belong to the speech: weak consonants, and quiet first vowels
LEAD = blocks(0.6)  # of silence before speech are not worth their own window
LONGEST_SILENCE = blocks(30.0)
SHORTEST, LONGEST = 0.6, 1.6  # of WINDOW_SECONDS: the reach of a cut without a pause, …
REMAINDER = blocks(0.5)  # … which leaves so much to the next window: it has to be heard as speech, too
QUIET = blocks(0.21)  # the span whose quietest place is that cut
NOISE_SPAN = blocks(0.15)  # the quietest such span of a window is its noise, …
LOUDEST_NOISE = 500.0  # … unless it is louder than this (-36 dBFS): then someone may speak without a dip
ABOVE_NOISE, STAYS_ABOVE = (
    2.0,
    2.5,
)  # times the noise is what a voice reaches when it begins, and while it speaks
BELOW_LOUDEST = 0.08  # of the loudest sound (-22 dB) is the least that still belongs to the one who speaks


class SpeechWindower(Windower):
    """See the top of the file. Takes any chunking; in long silence it holds less than a second of sound."""

    def __init__(self, rate: int, window_seconds: float, start: int = 0) -> None:
        super().__init__(start)
        self._rate = rate
        self._block_samples = round(rate * BLOCK_SECONDS)
        self._block_bytes = self._block_samples * SAMPLE_BYTES
        self._full = blocks(window_seconds)
        self._shortest, self._longest = blocks(window_seconds * SHORTEST), blocks(window_seconds * LONGEST)
        self._begin(start)

    def _begin(self, start: int) -> None:
        self._start = start
        self._pcm = bytearray()
        self._dropped = 0  # bytes at the window's beginning that no decision needs any more
        self._levels: list[float] = []  # of each whole block
        self._voiced: list[bool] = []  # of each block judged so far
        self._speaking = False
        self._unvoiced = 0  # blocks since the last voiced one
        self._noise, self._loudest = LOUDEST_NOISE, 0.0
        self._detector = VoiceDetector(self._rate)

    @property
    def voiced(self) -> bool:
        return self._speaking

    def feed(self, chunk: bytes) -> list[Cut]:
        """As `Windower.feed`."""
        cuts: list[Cut] = []
        self._take(chunk)
        while (cut := self._next_cut()) is not None:
            cuts.append(cut)
            rest = bytes(self._pcm[cut.end - self._start - self._dropped :])
            self._length = 0
            self._begin(cut.end)
            self._take(rest)
        return cuts

    def _take(self, chunk: bytes) -> None:
        self._pcm += chunk
        self._length += len(chunk)
        self._levels += levels_of(self._pcm, self._block_samples, self._byte(len(self._levels)))

    def _byte(self, block: int) -> int:
        """Where a block begins in the bytes that are kept."""
        return block * self._block_bytes - self._dropped

    def _cut(self, block: int, *, speech: bool, reason: str) -> Cut:
        """A cut before a block."""
        return Cut(self._start + block * self._block_bytes, "speech" if speech else "silent", reason)

    def _next_cut(self) -> Cut | None:
        for block in range(len(self._voiced), len(self._levels)):
            voiced = self._hears(block)
            self._voiced.append(voiced)
            cut = self._judge_speech(block) if self._speaking else self._judge_silence(block)
            if cut is not None:
                return cut
        if not self._speaking:
            self._forget_silence()
        return None

    def _hears(self, block: int) -> bool:
        """Whether a block is voice: the detector's word, if loud enough for this line and this speaker."""
        level = self._levels[block]
        span = self._levels[max(0, block + 1 - NOISE_SPAN) : block + 1]
        self._noise = min(self._noise, sum(span) / len(span))
        above = STAYS_ABOVE if self._speaking else ABOVE_NOISE
        if level < max(FLOOR_LEVEL, above * self._noise, BELOW_LOUDEST * self._loudest):
            return False
        at = self._byte(block)
        return self._detector.hears(bytes(self._pcm[at : at + self._block_bytes]))

    def _judge_silence(self, block: int) -> Cut | None:
        """Nobody has spoken in this window yet."""
        if self._voiced[block] and sum(self._voiced[-ONSET_REACH:]) >= ONSET:
            first = self._voiced.index(True, max(0, block + 1 - ONSET_REACH))
            if first - PREROLL > LEAD:
                return self._cut(first - PREROLL, speech=False, reason="onset")
            self._speaking = True
        elif block + 1 >= LONGEST_SILENCE:
            return self._cut(block + 1, speech=False, reason="silence")
        return None

    def _forget_silence(self) -> None:
        """Let go of bytes at which no window can begin any more, so that waiting costs no memory."""
        reach = (ONSET_REACH + PREROLL) * self._block_bytes
        surplus = self._byte(len(self._voiced)) - reach
        if surplus > ONSET_REACH * self._block_bytes:
            del self._pcm[:surplus]
            self._dropped += surplus

    def _judge_speech(self, block: int) -> Cut | None:
        """Somebody has spoken: end at a pause, later at a breath, at last at the quietest place in reach."""
        length, unvoiced = block + 1, self._unvoiced
        if not self._voiced[block]:
            self._unvoiced += 1
            if self._unvoiced < PAUSE:
                return None
            return self._cut(length - PAUSE + TRAILING, speech=True, reason="pause")
        self._unvoiced = 0
        self._loudest = max(self._loudest, min(self._levels[length - ONSET : length]))
        if length > self._full and unvoiced >= BREATH:
            return self._cut(block - unvoiced // 2, speech=True, reason="length")
        if length >= self._longest:
            return self._cut(self._quietest(), speech=True, reason="length")
        return None

    def _quietest(self) -> int:
        """The block in the middle of the quietest span within reach."""
        starts = range(self._shortest, self._longest - REMAINDER - QUIET + 1)
        quietest = min(starts, key=lambda start: sum(self._levels[start : start + QUIET]))
        return quietest + QUIET // 2 + 1
