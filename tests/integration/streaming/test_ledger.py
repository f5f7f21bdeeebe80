"""The life of a window between its cut and its row: claimed, heard, published in order, settled."""

from concurrent.futures import ThreadPoolExecutor

import redis

from app.streaming import keys, ledger, scripts
from app.streaming.ledger import LEASE_SECONDS, due_items, postpone, release_window, settle_window
from app.streaming.legs import read_audio
from tests.integration.streaming.scene import SECOND, Scene, sound


def test_of_many_who_claim_a_window_one_gets_it(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    number = scene.cut()
    with ThreadPoolExecutor(8) as pool:
        claims = list(
            pool.map(lambda _: ledger.claim_window(store, scene.call_id, "customer", number), range(8))
        )
    assert len([claim for claim in claims if claim]) == 1


def test_a_leased_window_is_not_due_before_its_lease_ends(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    number = scene.cut()
    now, _ = store.time()
    scene.claim(number)
    deadline = store.zscore(keys.LEDGER, f"w:{scene.call_id}:customer:{number}")
    assert deadline is not None
    assert 0 <= deadline / 1000 - now - LEASE_SECONDS < 5


def test_a_window_whose_worker_died_is_claimed_again(scene: Scene) -> None:
    scene.take()
    dead = scene.claim(scene.cut())
    scene.turn_back(scene.window(0), "until", LEASE_SECONDS)
    alive = scene.claim(0)
    assert (dead.attempts, alive.attempts) == (1, 2)
    assert alive.token != dead.token


def test_who_lost_the_lease_changes_nothing(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    slow = scene.claim(scene.cut())
    scene.turn_back(scene.window(0), "until", LEASE_SECONDS)
    quick = scene.claim(0)
    assert scene.finish(slow, "Too late.") == (False, None, [])
    release_window(store, slow, 60, "too late", fault="nobody")
    assert settle_window(store, slow) is False
    assert scene.texts() == []
    assert store.hmget(scene.window(0), "token", "attempts") == [quick.token.encode(), b"2"]
    assert scene.finish(quick, "In time.").kept
    assert scene.texts() == ["In time."]


def test_a_window_that_is_done_is_struck_off_when_somebody_asks_for_it(
    scene: Scene, store: redis.Redis
) -> None:
    scene.take()
    store.zadd(keys.LEDGER, {f"w:{scene.call_id}:customer:7": 0})
    assert ledger.claim_window(store, scene.call_id, "customer", 7) is None
    assert scene.ledger() == ["o"]


def test_words_are_published_in_the_order_of_the_sound(scene: Scene) -> None:
    scene.take(policy="fixed")
    claims = [scene.claim(scene.cut()) for _ in range(4)]
    for number in (2, 1, 3):
        scene.finish(claims[number], str(number))
        assert scene.texts() == []
    scene.finish(claims[0], "0")
    assert scene.texts() == ["0", "1", "2", "3"]


def test_the_legs_of_a_call_do_not_wait_for_each_other(scene: Scene) -> None:
    scene.take("agent")
    scene.take("customer")
    scene.cut(speaker="agent")
    scene.say("Hello?")
    assert scene.texts() == ["Hello?"]


def test_a_window_without_words_lets_the_next_one_pass(scene: Scene) -> None:
    scene.take()
    first, second = scene.claim(scene.cut()), scene.claim(scene.cut())
    scene.finish(second, "Words.")
    scene.finish(first)
    assert scene.texts() == ["Words."]


def test_a_window_is_published_once_however_often_it_is_finished(scene: Scene) -> None:
    scene.take()
    claim = scene.claim(scene.cut())
    assert scene.finish(claim, "Once.").asked == [scene.suggestion_of(0)]
    assert scene.finish(claim, "Once.") == (True, None, [])
    assert len(scene.events()) == 1


def test_who_finds_a_window_heard_finds_its_result(scene: Scene) -> None:
    scene.take()
    scene.finish(scene.claim(scene.cut()), "Heard by one who died before the row.")
    scene.turn_back(scene.window(0), "until", LEASE_SECONDS)
    claim = scene.claim(0)
    assert claim.heard
    assert claim.result == {"state": "done", "text": "Heard by one who died before the row."}
    assert claim.attempts == 1, "hearing it was paid for once"


def test_a_window_may_hold_the_others_up_for_ten_seconds(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.cut()
    scene.say("One.")
    scene.wait_behind(9)
    scene.say("Two.")
    scripts.ADVANCE_LEG(store, scene.key, "customer")
    assert scene.texts() == []


def test_a_window_that_holds_the_others_up_for_longer_is_passed(scene: Scene) -> None:
    scene.take()
    scene.cut()
    scene.say("One.")
    scene.wait_behind(10)
    assert scene.say("Two.") == [scene.suggestion_of(1), scene.suggestion_of(2)]
    assert scene.texts() == ["One.", "Two."]


def test_the_sweep_passes_it_when_nothing_else_is_heard(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.cut()
    scene.say("One.")
    scene.wait_behind(10)
    asked = scripts.ADVANCE_LEG(store, scene.key, "customer")
    assert scene.texts() == ["One."]
    assert [suggestion.decode() for suggestion in asked] == [scene.suggestion_of(1)]


def test_each_window_that_blocks_is_waited_for(scene: Scene) -> None:
    scene.take()
    scene.cut()
    scene.cut()
    scene.say("Two.")
    scene.wait_behind(10)
    scene.say("Three.")
    assert scene.texts() == [], "the second has not been waited for yet"
    scene.wait_behind(10)
    scene.say("Four.")
    assert scene.texts() == ["Two.", "Three.", "Four."]


def test_a_window_that_was_passed_comes_in_later_once(scene: Scene) -> None:
    scene.take()
    late = scene.claim(scene.cut())
    scene.say("One.")
    scene.wait_behind(10)
    scene.say("Two.")
    scene.finish(late, "Zero.")
    scene.finish(late, "Zero.")
    assert scene.texts() == ["One.", "Two.", "Zero."]
    transcripts = scene.events("transcript")
    assert min(transcripts, key=lambda event: event["start"])["text"] == "Zero."


def test_a_window_that_was_given_back_is_not_tried_before_its_time(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    claim = scene.claim(scene.cut())
    now, _ = store.time()
    release_window(store, claim, 20, "the engine is busy", fault="window")
    assert ledger.claim_window(store, scene.call_id, "customer", 0) is None
    due = store.zscore(keys.LEDGER, f"w:{scene.call_id}:customer:0")
    assert due is not None
    assert 0 <= due / 1000 - now - 20 < 5
    scene.turn_back(scene.window(0), "due", 20)
    assert scene.claim(0).attempts == 2


def test_an_attempt_that_was_not_the_windows_fault_is_forgiven(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    scene.cut()
    for _ in range(3):
        release_window(store, scene.claim(0), 0, "the engine is away", fault="nobody")
    assert scene.claim(0).attempts == 1


def test_a_settled_window_leaves_the_ledger_and_takes_its_sound_with_it(
    scene: Scene, store: redis.Redis
) -> None:
    scene.take()
    scene.append(sound(0, SECOND - 400))
    scene.append(sound(SECOND - 400, SECOND + 200), (SECOND, "speech", "pause"))
    claim = scene.claim(0)
    scene.finish(claim, "Done.")
    settle_window(store, claim)
    assert scene.ledger() == ["o", f"s:{scene.suggestion_of(0)}"]
    assert store.exists(scene.window(0)) == 0
    assert store.xlen(keys.audio(scene.call_id, "customer")) == 1
    assert read_audio(store, scene.call_id, "customer", SECOND, SECOND + 200) == sound(SECOND, SECOND + 200)


def test_sound_stays_until_every_window_that_needs_it_is_settled(scene: Scene, store: redis.Redis) -> None:
    scene.take(policy="fixed")
    claims = [scene.claim(scene.cut()) for _ in range(3)]
    for claim in claims:
        scene.finish(claim, "Heard.")
    settle_window(store, claims[2])
    settle_window(store, claims[1])
    assert read_audio(store, scene.call_id, "customer", 0, SECOND) == sound(0, SECOND)
    settle_window(store, claims[0])
    assert store.xlen(keys.audio(scene.call_id, "customer")) == 0


def test_a_window_that_is_saved_but_not_published_waits_and_then_leaves(
    scene: Scene, store: redis.Redis
) -> None:
    scene.take()
    first, second = scene.claim(scene.cut()), scene.claim(scene.cut())
    scene.finish(second, "Two.")
    assert settle_window(store, second) is False
    assert "w:customer:1" in scene.ledger()
    assert ledger.claim_window(store, scene.call_id, "customer", 1) is None, "nothing is left to do for it"
    scene.finish(first, "One.")
    assert scene.texts() == ["One.", "Two."]
    settle_window(store, first)
    assert not {"w:customer:0", "w:customer:1"} & set(scene.ledger())
    assert store.xlen(keys.audio(scene.call_id, "customer")) == 0


def test_the_last_window_of_a_call_that_is_over_says_so(scene: Scene, store: redis.Redis) -> None:
    scene.take("agent")
    scene.take("customer")
    agent = scene.claim(scene.cut(speaker="agent"), "agent")
    customer = scene.claim(scene.cut())
    scene.finish(agent, "Goodbye.")
    scene.end()
    scene.finish(customer, "Bye.")
    assert settle_window(store, customer) is False
    assert settle_window(store, agent) is True


def test_while_the_call_goes_on_no_window_is_the_last(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    claim = scene.claim(scene.cut())
    scene.finish(claim, "Hello.")
    assert settle_window(store, claim) is False


def test_the_oldest_work_is_due_first_and_rests_after_a_hint(store: redis.Redis) -> None:
    store.zadd(keys.LEDGER, {"b": 2, "a": 1, "later": 1e15})
    assert due_items(store, 10) == ["a", "b"]
    assert due_items(store, 1) == ["a"]
    postpone(store, ["a", "gone"])
    assert due_items(store, 10) == ["b"]
    assert store.zscore(keys.LEDGER, "gone") is None, "what was struck meanwhile must not come back"
