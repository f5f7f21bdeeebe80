"""Whatever line and workers do to a call: its windows tile the bytes, its words are told in order, once."""

from itertools import cycle, pairwise
from random import Random

import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.streaming import keys, ledger, legs, scripts
from app.streaming.connection import text_of
from app.streaming.gathered import Gathered
from app.streaming.speech_windows import SpeechWindower
from tests.integration.streaming.scene import RATE, Scene
from tests.unit.streaming.sounds import played

WINDOW_SECONDS = 1.0
MOST_HINTS = 400


class Line:
    """A client's line to a leg: it sends, is cut, comes back, and sends again what it need not."""

    def __init__(self, scene: Scene, pcm: bytes, chance: Random) -> None:
        self.scene, self.pcm, self.chance = scene, pcm, chance
        self.numbers: list[int] = []
        self.come_back()

    def come_back(self) -> None:
        taken = self.scene.take()
        self.fence, self.sent = taken.fence, taken.length
        windower = SpeechWindower(RATE, WINDOW_SECONDS, taken.cut)
        legs.replay(self.scene.store, self.scene.call_id, "customer", taken, windower)
        self.gathered = Gathered(windower)

    def send(self, size: int) -> None:
        """The next frame, which may wait for others."""
        data = self.pcm[self.sent : self.sent + size]
        if not self.gathered.has_room(data):
            self.store()
        if data and (self.gathered.add(data) or self.chance.random() < 0.5):
            self.store()
        self.sent += len(data)

    def fall_silent(self) -> None:
        """No byte comes for a while: what is open is cut."""
        self.store()
        if self.gathered.flush():
            self.store()

    def store(self) -> None:
        """What has come, and perhaps again: the answer to the first was lost."""
        arguments = self.gathered.take("customer", self.fence)
        for _ in range(self.chance.choice([1, 1, 2])):
            answer = legs.Appended(*scripts.APPEND(self.scene.store, self.scene.key, *arguments))
            assert answer.status >= 0
            self.numbers += range(answer.first_window, answer.first_window + answer.windows)


def hear(scene: Scene, number: int, chance: Random) -> None:
    """A worker gets a hint: it hears the window and those that come with it, or dies, or meets an error."""
    claim = ledger.claim_window(scene.store, scene.call_id, "customer", number)
    if claim is None:
        return
    for window in (claim, *claim.followers):
        what = chance.choice(["hear", "hear", "hear", "die", "release", "twice"])
        if window.heard:
            ledger.settle_window(scene.store, window)
        elif what == "die":
            scene.turn_back(scene.window(window.number), "until", 1000)
        elif what == "release":
            ledger.release_window(scene.store, window, 0, "busy", fault="nobody")
        else:
            for _ in range(2 if what == "twice" else 1):
                scene.finish(window, f"words of {window.start}")
            if chance.random() < 0.7:
                ledger.settle_window(scene.store, window)
            else:  # it dies before the row is written
                scene.turn_back(scene.window(window.number), "until", 1000)


def spans_of(scene: Scene, numbers: set[int]) -> dict[int, tuple[int, int, str]]:
    """Start, end and kind of windows that nobody has settled yet."""
    found = {number: scene.store.hmget(scene.window(number), "start", "end", "kind") for number in numbers}
    return {n: (int(start or 0), int(end or 0), text_of(kind)) for n, (start, end, kind) in found.items()}


def unsettled(scene: Scene) -> list[int]:
    """The windows on the ledger."""
    return [int(item.rpartition(":")[2]) for item in scene.ledger() if item.startswith("w:")]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pattern=st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.8, 1.2, 2.5]), min_size=2, max_size=8),
    sizes=st.lists(st.integers(300, 12_000), min_size=1, max_size=10),
    seed=st.integers(0, 2**32),
)
def test_windows_tile_the_bytes_and_words_are_told_in_order_and_once(
    store: redis.Redis, pattern: list[float], sizes: list[int], seed: int
) -> None:
    chance = Random(seed)
    scene = Scene(store)
    pcm = played(pattern, RATE)
    line = Line(scene, pcm, chance)
    spans: dict[int, tuple[int, int, str]] = {}
    for size in cycle(sizes):
        line.send(2 * size)
        spans |= spans_of(scene, set(line.numbers) - spans.keys())
        match chance.randrange(8):
            case 0:
                line.come_back()
            case 1:
                line.fall_silent()
            case 2 | 3 if line.numbers:
                hear(scene, chance.choice(line.numbers), chance)
        if line.sent >= len(pcm):
            break
    line.fall_silent()
    spans |= spans_of(scene, set(line.numbers) - spans.keys())
    scene.end()
    for _ in range(MOST_HINTS):
        if waiting := unsettled(scene):
            hear(scene, chance.choice(waiting), chance)
    assert unsettled(scene) == []
    told = sorted(spans.items())
    assert [number for number, _ in told] == list(range(len(told)))
    borders = [0, *(end for _, (_, end, _) in told)]
    assert [start for _, (start, _, _) in told] == borders[:-1]
    assert borders[-1] == len(pcm) == int(store.hget(keys.leg(scene.call_id, "customer"), "len") or 0)
    spoken = [f"words of {start}" for _, (start, _, kind) in told if kind == "speech"]
    assert scene.texts() == spoken
    numbers = [event["id"] for event in scene.events()]
    assert all(later == earlier + 1 for earlier, later in pairwise(numbers))
    assert [event["type"] for event in scene.events()].count("call_ended") == 1
