"""The socket over the limit, at a real web process."""

from collections.abc import Callable
from uuid import UUID

from app.settings import load_settings
from app.streaming import keys
from app.streaming.connection import connect
from tests.integration.api.test_two_people import Person
from tests.integration.calls.client import Line
from tests.running import eventually


def test_the_socket_over_the_limit_is_refused_politely_and_the_others_go_on(
    web: int, cookie: Callable[[str], str]
) -> None:
    ann, ben = Person(web, cookie("Ann")), Person(web, cookie("Ben"))
    lines = [admitted(ann) for _ in range(load_settings().max_sockets_per_person)]  # one after another
    one_more = Line(ann, headers=ann.headers)
    error = one_more.expect("error")
    assert (error["code"], error["fatal"]) == ("rate_limited", True)
    assert "close one" in error["message"]
    assert one_more.expect_close() == 4429
    lines.append(admitted(ben))
    for line in lines:
        line.say(type="ping")
        line.expect("pong")
    lines.pop(0).hang_up()
    lines.append(eventually("room for one more", lambda: admitted_if_any(ann)))
    for line in lines:
        line.hang_up()


def admitted(person: Person) -> Line:
    """A socket that is let in, and counted by now."""
    line = Line(person, headers=person.headers)
    line.say(type="ping")
    line.expect("pong")
    return line


def admitted_if_any(person: Person) -> Line | None:
    """A socket that was let in."""
    line = Line(person, headers=person.headers)
    line.say(type="ping")
    answer = line.hear()
    return line if answer and answer["type"] == "pong" else None


def test_who_hangs_up_right_behind_the_last_words_was_heard(
    web: int, cookie: Callable[[str], str], empty_redis: str
) -> None:
    ann = Person(web, cookie("Ann"))
    line = Line(ann, headers=ann.headers)
    line.start(speaker="agent")
    for _ in range(40):
        line.send(bytes(3200))
    line.say(type="end_call")
    line.hang_up()
    with connect(empty_redis) as store:
        call = keys.call(UUID(line.call_id))
        eventually("the end of the call", lambda: store.hget(call, "status") == b"wrap_up")
        assert store.hget(call, "duration") == b"4"
