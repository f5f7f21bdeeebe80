"""The ladder of degradation: what happens, and what people are told, when a part is in trouble."""

import json
from collections.abc import Iterator

import pytest
import redis
from redis.client import PubSub

from app.streaming import keys
from app.streaming.parts import Part, Trouble, failed, troubles
from tests.integration.streaming.scene import Scene
from tests.integration.workers.scripted_engine import ScriptedEngine, page, refusal, says, transcription
from tests.integration.workers.test_suggestions import told
from tests.integration.workers.test_transcription import (
    bring_database_back,
    lose_database,
    said,
    windows,
    work,
)
from workers.maintenance import sweep_ledger
from workers.suggestions import TRIES, suggest
from workers.transcription import ATTEMPTS

DOWN = Trouble(Part.ASSISTANT, "down", "It is away.")
RECOGNISER_DOWN = (
    "recogniser: The recogniser does not answer. What is said is recorded, and written down when it is back."
)
RECOGNISER_BACK = "recogniser: The recogniser answers again."


@pytest.fixture
def ear(scene: Scene, empty_redis: str) -> Iterator[PubSub]:
    """Somebody who follows the call, which has begun."""
    scene.take()
    with redis.Redis.from_url(empty_redis) as client:
        pubsub = client.pubsub(ignore_subscribe_messages=True)
        pubsub.subscribe(keys.feed(scene.call_id))
        pubsub.get_message(timeout=1)
        yield pubsub


def heard(ear: PubSub) -> list[str]:
    """What was told of parts since somebody asked: `part: message`."""
    lines: list[str] = []
    while (message := ear.get_message(timeout=0.2)) is not None:
        event = json.loads(message["data"])
        if event["type"] == "status":
            lines.append(f"{event['part']}: {event['message']}")
    return lines


def rested(scene: Scene, part: Part, number: int | None = None) -> None:
    """A minute later: the part may be asked again, and the window is due."""
    if scene.store.hexists(part.key, "until"):
        scene.turn_back(part.key, "until", 61)
    if number is not None and scene.store.hexists(scene.window(number), "due"):
        scene.turn_back(scene.window(number), "due", 61)


# -- how parts are kept


def test_trouble_is_told_once_to_every_open_call_and_so_is_its_end(scene: Scene, ear: PubSub) -> None:
    store = scene.store
    for _ in range(3):
        failed(store, DOWN, times=2, rest_seconds=5)
    assert heard(ear) == ["assistant: It is away."]
    assert troubles(store) == [DOWN]
    scene.end()
    failed(store, DOWN._replace(state="refused"), times=1, rest_seconds=5)
    assert heard(ear) == []


def test_failures_count_in_a_row_only(store: redis.Redis, scene: Scene, engine: ScriptedEngine) -> None:
    scene.take()
    for number in range(3):
        scene.cut()
        engine.will(refusal(500), refusal(500), transcription("Heard."))
        for _ in range(3):
            work(scene, number)
            rested(scene, Part.RECOGNISER, number)
    assert troubles(store) == []
    assert said(scene) == ["Heard."] * 3


def test_a_part_in_trouble_is_tried_by_one_at_a_time(store: redis.Redis, scene: Scene) -> None:
    def rests() -> bool:
        (asked,) = scene.say("Where is my order?", 2)
        return scene.claim_suggestion(asked).rests

    scene.take()
    assert not rests()
    failed(store, DOWN, times=1, rest_seconds=5)
    assert rests()
    store.hincrby(Part.ASSISTANT.key, "until", -6000)
    assert not rests()
    assert rests()


# -- the recogniser


def test_while_the_recogniser_is_down_sound_is_kept_and_heard_when_it_is_back(
    scene: Scene, engine: ScriptedEngine, ear: PubSub
) -> None:
    scene.cut()
    for _ in range(3):
        engine.will(page())
        work(scene, 0)
        scene.turn_back(scene.window(0), "due", 61)
    assert heard(ear) == [RECOGNISER_DOWN]
    asked = len(engine.requests)
    for _ in range(3):
        work(scene, 0)
    assert len(engine.requests) == asked, "an engine in trouble is not asked by everybody"
    for _ in range(ATTEMPTS + 2):
        rested(scene, Part.RECOGNISER, 0)
        engine.will(page())
        work(scene, 0)
    rested(scene, Part.RECOGNISER, 0)
    engine.will(transcription("Patience."))
    work(scene, 0)
    assert heard(ear) == [RECOGNISER_BACK]
    assert said(scene) == ["Patience."]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal(401), "refuses our key or its settings. An administrator must look at it."),
        (refusal(429, "insufficient_quota"), "has used up its account. An administrator must look at it."),
    ],
)
def test_an_engine_that_wants_a_person_is_left_alone_and_no_window_fails(
    scene: Scene, engine: ScriptedEngine, ear: PubSub, answer: object, words: str
) -> None:
    scene.cut()
    scene.cut()
    engine.will(answer)  # type: ignore[arg-type]
    work(scene, 0)
    work(scene, 1)
    (line,) = heard(ear)
    assert line.startswith(f"recogniser: The recogniser {words}")
    assert len(engine.requests) == 1
    for number in (0, 1):
        rested(scene, Part.RECOGNISER, number)
        engine.will(transcription("Paid."))
        work(scene, number)
    assert said(scene) == ["Paid."] * 2
    assert heard(ear) == [RECOGNISER_BACK]


def test_a_window_that_only_ever_breaks_the_engine_is_given_up(scene: Scene, engine: ScriptedEngine) -> None:
    """It hears silence right after, so it is not down; that there is no other call must not matter."""
    scene.take()
    scene.cut()
    for _ in range(ATTEMPTS):
        engine.will(refusal(500), transcription(""))
        work(scene, 0)
        assert troubles(scene.store) == []
        rested(scene, Part.RECOGNISER, 0)
    work(scene, 0)
    assert len(engine.requests) == 2 * ATTEMPTS
    assert windows(scene)[0] == (0, "failed", "tried too often")
    assert len(scene.events("gap")) == 1


# -- the assistant


def test_while_the_assistant_is_down_the_policy_that_fits_is_shown(
    scene: Scene, engine: ScriptedEngine, ear: PubSub
) -> None:
    (first,) = scene.say("My order is three weeks late.")
    engine.will(*[refusal(500)] * TRIES)
    suggest(str(scene.call_id), first)
    assert heard(ear) == ["assistant: The assistant does not answer. Policies that fit are shown meanwhile."]
    made = told(scene)[-1]
    assert (made["suggestion_type"], made["status"]) == ("policy", "complete")
    (citation,) = made["citations"]
    assert made["message"] == f"{citation['quote']} [1]"
    assert citation["title"] == "Late delivery"
    (second,) = scene.say("I was charged twice, too.")
    suggest(str(scene.call_id), second)
    assert told(scene)[-1]["citations"][0]["title"] == "Double charges"
    assert len(engine.requests) == TRIES
    rested(scene, Part.ASSISTANT)
    (third,) = scene.say("And the parcel is damaged.")
    engine.will(says("tip\nSay sorry."))
    suggest(str(scene.call_id), third)
    assert told(scene)[-1]["message"] == "Say sorry."
    assert heard(ear) == ["assistant: The assistant answers again."]


# -- the database


def test_a_suggestion_too_tells_that_the_database_is_down(
    scene: Scene, engine: ScriptedEngine, ear: PubSub, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked,) = scene.say("My order is three weeks late.")
    engine.will(says("tip\nSay sorry."))
    lose_database(monkeypatch)
    suggest(str(scene.call_id), asked)
    assert heard(ear) == [
        "database: The database does not answer. The call goes on, and is stored when it is back."
    ]


def test_while_the_database_is_down_people_are_told_and_the_sweep_tells_of_its_return(
    scene: Scene,
    engine: ScriptedEngine,
    ear: PubSub,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
) -> None:
    scene.cut()
    engine.will(transcription("Told, not written."))
    lose_database(monkeypatch)
    work(scene, 0)
    sweep_ledger()
    assert heard(ear) == [
        "database: The database does not answer. The call goes on, and is stored when it is back."
    ]
    bring_database_back(monkeypatch, database_url)
    sweep_ledger()
    assert heard(ear) == ["database: The database answers again."]
