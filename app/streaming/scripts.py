"""The Lua scripts: each is one atomic step in the life of a call."""

from collections.abc import Sequence
from hashlib import sha1
from pathlib import Path
from typing import Any

import redis
from redis.client import Pipeline
from redis.exceptions import NoScriptError

FOLDER = Path(__file__).parent / "lua"
Argument = str | bytes | int | float


class Script:
    """One file of `lua/` behind the shared prelude, called by its hash so that its text crosses the
    wire once.
    """

    def __init__(self, name: str) -> None:
        self.source = (FOLDER / "prelude.lua").read_text() + (FOLDER / f"{name}.lua").read_text()
        self.sha = sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, store: redis.Redis, call_key: str, *arguments: Argument) -> Any:
        """Run now; a server that has forgotten the script is taught it again."""
        try:
            return store.evalsha(self.sha, 1, call_key, *arguments)
        except NoScriptError:
            load_scripts(store)
            return store.evalsha(self.sha, 1, call_key, *arguments)

    def queue(self, pipeline: Pipeline, call_key: str, *arguments: Argument) -> None:
        """Add to a pipeline, which `execute` runs."""
        pipeline.evalsha(self.sha, 1, call_key, *arguments)


RING = Script("ring")
ACCEPT = Script("accept")
OPEN_LEG = Script("open_leg")
RESTORE_CALL = Script("restore_call")
APPEND = Script("append")
DECLARE_GAP = Script("declare_gap")
END_CALL = Script("end_call")
CLAIM_WINDOW = Script("claim_window")
FINISH_WINDOW = Script("finish_window")
RELEASE_WINDOW = Script("release_window")
SETTLE_WINDOW = Script("settle_window")
CLAIM_INTERIM = Script("claim_interim")
SHOW_INTERIM = Script("show_interim")
ADVANCE_LEG = Script("advance_leg")
EMIT = Script("emit")
READ_UNSAVED = Script("read_unsaved")
SWITCH = Script("switch")
PUT_QUESTION = Script("put_question")
CLAIM_SUGGESTION = Script("claim_suggestion")
SHOW_SUGGESTION = Script("show_suggestion")
FINISH_SUGGESTION = Script("finish_suggestion")
RELEASE_SUGGESTION = Script("release_suggestion")
SETTLE_SUGGESTION = Script("settle_suggestion")
PART_FAILED = Script("part_failed")
PART_ANSWERED = Script("part_answered")

ALL = [value for value in list(globals().values()) if isinstance(value, Script)]


def load_scripts(store: redis.Redis) -> None:
    """Teach the server every script, in one round trip."""
    pipeline = store.pipeline(transaction=False)
    for script in ALL:
        pipeline.script_load(script.source)
    pipeline.execute()


def execute(store: redis.Redis, calls: Sequence[tuple[Script, str, Sequence[Argument]]]) -> list[Any]:
    """Run many script calls in one round trip, in order; each answer is its result or the error that it
    raised.

    Raises `redis.RedisError` when the connection failed: then some may have run, which is why every script is
    repeatable.
    """
    answers = _round_trip(store, calls)
    if any(isinstance(answer, NoScriptError) for answer in answers):
        load_scripts(store)
        missing = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        for i, answer in zip(missing, _round_trip(store, [calls[i] for i in missing]), strict=True):
            answers[i] = answer
    return answers


def _round_trip(store: redis.Redis, calls: Sequence[tuple[Script, str, Sequence[Argument]]]) -> list[Any]:
    pipeline = store.pipeline(transaction=False)
    for script, key, arguments in calls:
        script.queue(pipeline, key, *arguments)
    return pipeline.execute(raise_on_error=False)
