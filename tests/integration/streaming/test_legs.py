"""Taking a leg, appending to it by offset, and reading it back."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.client import PubSub

from app.streaming import keys, ledger, legs, scripts
from app.streaming.gathered import Gathered
from app.streaming.legs import AudioMissing, read_audio
from app.streaming.speech_windows import SpeechWindower
from tests.integration.streaming.scene import RATE, SECOND, Scene, sound

STORED, KNOWN, UNKNOWN, NOT_NEXT, FENCED, OVER = 1, 0, -1, -2, -3, -4

# Every example is a call of its own, so that it may share the server with the others.
EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def entries_of(store: redis.Redis, scene: Scene, speaker: str = "customer") -> int:
    return int(store.xlen(keys.audio(scene.call_id, speaker)))


def test_the_first_leg_opens_the_call_and_puts_it_on_the_ledger(scene: Scene, store: redis.Redis) -> None:
    taken = scene.take(account_number="ACC00001")
    assert taken == legs.LegTaken(1, epoch=1, fence=1, length=0, cut=0, resumed=False, to_open=True)
    assert store.hmget(scene.key, "status", "account_number") == [b"active", b"ACC00001"]
    assert scene.ledger() == ["o"]


def test_who_comes_back_learns_what_is_stored_and_what_is_cut(scene: Scene) -> None:
    scene.take()
    scene.cut(1)
    scene.append(sound(SECOND, SECOND + 400))
    taken = scene.take()
    assert (taken.length, taken.cut, taken.resumed, taken.to_open) == (SECOND + 400, SECOND, True, False)


def test_what_a_call_is_told_first_stays(scene: Scene, store: redis.Redis) -> None:
    scene.take(account_number="ACC00001")
    scene.take(account_number="ACC00002")
    assert store.hget(scene.key, "account_number") == b"ACC00001"


def test_a_fact_that_comes_with_a_later_leg_is_opened_too(scene: Scene, store: redis.Redis) -> None:
    scene.take("customer")
    ledger.strike(store, f"o:{scene.call_id}")
    assert scene.take("customer", account_number="ACC00001").to_open
    assert scene.ledger() == ["o"]


def test_a_leg_goes_on_at_the_rate_at_which_it_began(scene: Scene) -> None:
    scene.take(rate=8000)
    assert scene.take(rate=16000).status == legs.OTHER_RATE
    assert scene.append(sound(0, 400), fence=1).status == STORED, (
        "who was refused must not fence the owner off"
    )


def test_the_newest_socket_of_a_leg_wins(scene: Scene) -> None:
    older, newer = scene.take(), scene.take()
    assert newer.fence > older.fence
    assert scene.append(sound(0, 400), fence=older.fence) == (FENCED, 0, 0, 0)
    assert scene.append(sound(0, 400), fence=newer.fence) == (STORED, 400, 0, 0)
    assert scene.append(sound(400, 800), fence=older.fence) == (FENCED, 400, 0, 0)


def test_the_older_socket_is_told_that_its_leg_was_taken(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    with PubSub(store.connection_pool, ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.feed(scene.call_id))
        heard.get_message(timeout=5)
        newer = scene.take()
        message = heard.get_message(timeout=5)
    assert message is not None
    assert message["data"].decode() == f"!taken customer {newer.fence}"


def test_an_older_socket_cannot_declare_a_gap(scene: Scene) -> None:
    older, _ = scene.take(), scene.take()
    answer = scripts.DECLARE_GAP(scene.store, scene.key, "customer", older.fence, 4000, "lost")
    assert answer == [FENCED, 0, 0, 0]
    assert scene.events("gap") == []


def test_what_was_stored_before_is_recognised(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.append(sound(0, 400))
    scene.append(sound(400, 800))
    assert scene.append(sound(400, 800), offset=400) == (KNOWN, 800, 0, 0)
    assert scene.append(sound(0, 400), offset=0) == (KNOWN, 800, 0, 0)
    assert entries_of(store, scene) == 2
    assert read_audio(store, scene.call_id, "customer", 0, 800) == sound(0, 800)


def test_a_frame_that_was_stored_in_part_is_refused_with_the_byte_that_is_wanted(scene: Scene) -> None:
    scene.take()
    scene.append(sound(0, 400))
    assert scene.append(sound(200, 600), offset=200) == (NOT_NEXT, 400, 0, 0)


def test_skipped_bytes_are_refused_with_the_byte_that_is_wanted(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.append(sound(0, 400))
    assert scene.append(sound(402, 800), offset=402) == (NOT_NEXT, 400, 0, 0)
    assert entries_of(store, scene) == 1


def test_a_window_is_on_the_ledger_in_the_same_breath_as_its_bytes(scene: Scene) -> None:
    scene.take()
    added = scene.append(sound(0, 3 * SECOND), (SECOND, "speech", "pause"), (2 * SECOND, "speech", "length"))
    assert added == (STORED, 3 * SECOND, 0, 2)
    assert scene.ledger() == ["o", "w:customer:0", "w:customer:1"]
    first, second = scene.claim(0), scene.claim(1)
    assert (first.start, first.end, first.kind, first.reason) == (0, SECOND, "speech", "pause")
    assert (second.start, second.end, second.kind, second.reason) == (SECOND, 2 * SECOND, "speech", "length")


def test_an_append_whose_answer_was_lost_adds_no_second_window(scene: Scene) -> None:
    scene.take()
    for again in (1, 0):
        assert scene.append(sound(0, SECOND), (SECOND, "speech", "pause"), offset=0).windows == again
    assert scene.ledger() == ["o", "w:customer:0"]
    for _ in range(2):
        assert scene.append(b"", (SECOND, "speech", "idle"), offset=SECOND).windows == 0
    assert scene.ledger() == ["o", "w:customer:0"]


def test_a_leg_without_bytes_is_cut_where_it_stands(scene: Scene) -> None:
    scene.take()
    scene.append(sound(0, 800))
    assert scene.append(b"", (800, "speech", "idle"), offset=800) == (STORED, 800, 0, 1)
    assert scene.claim(0).end == 800


def test_a_silent_window_is_heard_at_once(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    number = scene.cut(2, kind="silent", reason="silence")
    claim = scene.claim(number)
    assert (claim.heard, claim.kind, claim.attempts) == (True, "silent", 0)
    assert int(store.hget(scene.key, "unheard") or 0) == 0
    assert scene.say("Hello.") == [scene.suggestion_of(1)], "nobody waits for silence"


def test_bytes_for_a_leg_that_nobody_knows_are_refused(scene: Scene) -> None:
    assert scene.append(sound(0, 400)) == (UNKNOWN, 0, 0, 0)


def test_a_leg_that_is_over_takes_no_bytes_and_cannot_be_taken(scene: Scene) -> None:
    scene.take("customer")
    scene.take("agent")
    scene.end("customer")
    assert scene.append(sound(0, 400)).status == OVER
    assert scene.take("customer").status == legs.OVER
    assert scene.append(sound(0, 400), speaker="agent").status == STORED
    scene.end()
    assert scene.take("agent").status == legs.OVER


def test_nobody_joins_a_call_that_is_over(scene: Scene) -> None:
    scene.take("agent")
    scene.end()
    assert scene.take("customer").status == legs.OVER


def test_the_clock_of_a_leg_begins_with_its_first_byte(scene: Scene) -> None:
    scene.take("agent")
    scene.take("customer")
    scene.append(sound(0, 400), speaker="agent")
    scene.turn_back(scene.key, "zero_ms", 3)  # the agent spoke three seconds ago
    scene.cut(1, speaker="customer")
    claim = scene.claim(0)
    assert claim.starts_at == pytest.approx(3, abs=0.5)
    assert claim.seconds(SECOND) == pytest.approx(claim.starts_at + 1, abs=0.002)


def test_two_legs_on_one_socket_share_one_zero(scene: Scene) -> None:
    scene.take("agent", paired=True)
    scene.take("customer", paired=True)
    scene.append(sound(0, 400), speaker="agent")
    scene.turn_back(scene.key, "zero_ms", 3)  # however late the other leg's first byte is stored
    scene.cut(1, speaker="customer")
    assert scene.claim(0).starts_at == 0


def test_of_two_sockets_that_append_at_once_one_is_stored(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: scene.append(sound(0, 400), offset=0, fence=1), range(8)))
    assert sorted(answer.status for answer in answers) == [KNOWN] * 7 + [STORED]
    assert entries_of(store, scene) == 1


@EXAMPLES
@given(sizes=st.lists(st.integers(1, 300), min_size=1, max_size=20), data=st.data())
def test_any_span_reads_as_it_was_stored_wherever_frames_end(
    store: redis.Redis, sizes: list[int], data: st.DataObject
) -> None:
    scene = Scene(store)
    scene.take()
    ends = list(itertools.accumulate(2 * size for size in sizes))
    for start, end in itertools.pairwise([0, *ends]):
        scene.append(sound(start, end))
    start = data.draw(st.integers(0, ends[-1]))
    end = data.draw(st.integers(start, ends[-1]))
    assert read_audio(store, scene.call_id, "customer", start, end) == sound(0, ends[-1])[start:end]


def test_a_span_of_the_longest_frames_is_read_whole(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    for start in range(0, 3 * legs.ENTRY_BYTES, legs.ENTRY_BYTES):
        scene.append(sound(start, start + legs.ENTRY_BYTES))
    spans = [(0, 2), (2, legs.ENTRY_BYTES + 2), (legs.ENTRY_BYTES - 2, 3 * legs.ENTRY_BYTES)]
    for start, end in spans:
        assert read_audio(store, scene.call_id, "customer", start, end) == sound(start, end)


def test_bytes_that_are_not_stored_are_not_made_up(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.append(sound(0, 400))
    with pytest.raises(AudioMissing):
        read_audio(store, scene.call_id, "customer", 200, 402)
    scene.append(sound(400, 800))
    store.xtrim(keys.audio(scene.call_id, "customer"), minid="401-0", approximate=False)
    with pytest.raises(AudioMissing):
        read_audio(store, scene.call_id, "customer", 200, 800)


@EXAMPLES
@given(frames=st.lists(st.integers(1, 12000), min_size=2, max_size=12), broken_at=st.integers(1, 11))
def test_a_new_owner_comes_to_the_cuts_of_the_one_before(
    store: redis.Redis, frames: list[int], broken_at: int
) -> None:
    pcm = _bursts(sum(frames))
    whole = [cut.end for cut in SpeechWindower(RATE, 1.0).feed(pcm)]
    scene = Scene(store)
    at, ends = 0, []
    gathered, fence = _owner(scene)
    for number, frame in enumerate(frames):
        if number == broken_at:
            gathered, fence = _owner(scene)
        data = pcm[2 * at : 2 * (at + frame)]
        gathered.add(data)
        arguments = gathered.take("customer", fence)
        scripts.APPEND(store, scene.key, *arguments)
        ends += [int(str(end)) for end in arguments[5::4]]
        at += frame
    assert ends == whole


def _owner(scene: Scene) -> tuple[Gathered, int]:
    """A socket that takes the leg, with its windower where the last one's was."""
    taken = scene.take()
    windower = SpeechWindower(RATE, 1.0, taken.cut)
    legs.replay(scene.store, scene.call_id, "customer", taken, windower)
    return Gathered(windower), taken.fence


def _bursts(samples: int) -> bytes:
    """A buzz like a voice's, of a second or so, then about a second of nothing, and so on."""
    at = np.arange(samples) / RATE
    buzz = sum(np.sin(2 * np.pi * 130 * n * at) / n for n in range(1, 12)) * 6000
    loud = np.sin(2 * np.pi * at / 2.3) > -0.2
    return (buzz * loud).clip(-32768, 32767).astype("<i2").tobytes()


def test_every_key_of_a_call_is_forgotten_one_day(scene: Scene, store: redis.Redis) -> None:
    scene.take("agent")
    scene.take("customer")
    scene.say("My order is late.")
    scene.cut(1, speaker="agent")
    scene.append(sound(SECOND, SECOND + 400), speaker="agent")
    scene.claim_suggestion(scene.suggestion_of(0))
    scripts.DECLARE_GAP(store, scene.key, "customer", 1, 3 * SECOND, "lost")
    scene.end()
    found = list(store.scan_iter(f"*{scene.call_id}*"))
    assert len(found) > 8
    assert [key for key in found if store.ttl(key) < 0] == []


def test_a_call_without_a_window_yet_is_forgotten_one_day(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.append(sound(0, 400))
    found = list(store.scan_iter(f"*{scene.call_id}*"))
    assert len(found) == 3
    assert [key for key in found if store.ttl(key) < 0] == []


def test_nothing_of_a_call_is_forgotten_while_it_goes_on(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.say("My order is late.")
    found = [
        key
        for key in store.scan_iter(f"*{scene.call_id}*")
        if b":w:" not in key and b":s:" not in key  # these do not live as long as their call
    ]
    for key in found:
        store.expire(key, 60)
    scene.cut()
    assert len(found) == 5
    assert [key for key in found if store.ttl(key) <= 60] == []


def test_a_gap_alone_is_forgotten_one_day(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scripts.DECLARE_GAP(store, scene.key, "customer", 1, SECOND, "lost")
    assert [key for key in store.scan_iter(f"*{scene.call_id}*") if store.ttl(key) < 0] == []
