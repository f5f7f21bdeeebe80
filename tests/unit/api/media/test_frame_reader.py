"""Whatever a client sends, in whatever pieces: the reader tells what wsproto alone would."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, CloseConnection, Event, Message, Ping, Pong, TextMessage
from wsproto.utilities import LocalProtocolError

from app.api.media.frame_reader import FrameReader

LARGEST = 65536
UNUSUAL = [
    b"\x82\x02hi",  # not masked
    b"\xc2\x82aaaahi",  # a bit that an extension would have set
    b"\x83\x82aaaahi",  # no kind that there is
    b"\x82\xfe\x00\x02aaaahi",  # a length in two bytes that would fit into one
    b"\x82\xff\x00\x00\x00\x00\x00\x02\x00\x00" + b"a" * 300,  # longer than may be
    b"\x00\x82aaaahi",  # the end of nothing
    b"\x02\x82aaaahi\x82\x82aaaahi",  # a message within another
    b"\x81\x82aaaa\xff\xff",  # text that is none
    b"\x89\xfe\x00\x80aaaa" + bytes(128),  # a ping that is too long
]

sizes = st.one_of(st.integers(0, 140), st.integers(600, 700), st.just(LARGEST), st.integers(0, 70_000))
messages = st.one_of(
    st.builds(lambda size: BytesMessage(bytes(n % 251 for n in range(size))), sizes),
    st.builds(TextMessage, st.text(max_size=200)),
    st.builds(lambda finished: BytesMessage(b"a part", message_finished=finished), st.booleans()),
    st.builds(Ping, st.binary(max_size=20)),
    st.builds(Pong, st.binary(max_size=20)),
)


def told(connection: Any, pieces: Iterable[bytes]) -> list[Event]:
    """The events until the end, with the parts of each message put together."""
    events: list[Event] = []
    parts: list[bytes] = []
    for piece in pieces:
        connection.receive_data(piece)
        for event in connection.events():
            if isinstance(event, Message):
                part = event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
                parts.append(part)
                if event.message_finished:
                    events.append(type(event)(b"".join(parts)))
                    parts.clear()
            else:
                events.append(event)
            if isinstance(event, CloseConnection):
                return events
    return events


def wire(events: Iterable[Event]) -> bytes:
    """What a client sends; what it may not say where it stands is left out."""
    client = Connection(ConnectionType.CLIENT)
    sent = b""
    for event in events:
        try:
            sent += client.send(event)
        except (LocalProtocolError, TypeError):
            continue
    return sent


def pieces_of(data: bytes, sizes: list[int]) -> list[bytes]:
    """The bytes in reads of these sizes, over and over."""
    pieces, at = list[bytes](), 0
    for size in itertools.cycle(sizes):
        if at >= len(data):
            return pieces
        pieces.append(data[at : at + size])
        at += size
    raise AssertionError


@given(
    events=st.lists(messages, max_size=8),
    end=st.sampled_from([b"", *UNUSUAL]),
    reads=st.lists(st.sampled_from([1, 2, 3, 7, 100, 1460, 65536]), min_size=1, max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_the_reader_tells_what_wsproto_alone_would(events: list[Event], end: bytes, reads: list[int]) -> None:
    sent = wire(events) + end
    pieces = pieces_of(sent, reads if len(sent) < 5_000 else [1460, *reads])
    alone = told(Connection(ConnectionType.SERVER), [sent])
    assert told(FrameReader(Connection(ConnectionType.SERVER), LARGEST), pieces) == alone


@pytest.mark.parametrize("end", UNUSUAL)
def test_what_is_unusual_is_judged_by_wsproto_wherever_it_stands(end: bytes) -> None:
    sent = wire([BytesMessage(b"sound"), TextMessage("words")]) + end + wire([BytesMessage(b"more")])
    alone = told(Connection(ConnectionType.SERVER), [sent])
    for size in (1, 3, len(sent)):
        reader = FrameReader(Connection(ConnectionType.SERVER), LARGEST)
        assert told(reader, pieces_of(sent, [size])) == alone


def test_a_frame_that_is_too_long_is_told_before_it_has_come_whole() -> None:
    reader = FrameReader(Connection(ConnectionType.SERVER), 1000)
    sent = wire([BytesMessage(bytes(2000))])
    reader.receive_data(sent[:1500])
    (event,) = reader.events()
    assert isinstance(event, BytesMessage)
    assert (len(event.data), event.message_finished) == (1492, False)


def test_sound_is_not_wsprotos() -> None:
    connection = Connection(ConnectionType.SERVER)
    reader = FrameReader(connection, LARGEST)
    reader.receive_data(wire([BytesMessage(b"sound" * 50)] * 3))
    connection.receive_data = None  # type: ignore[method-assign, assignment]
    events = reader.events()
    assert [next(events) for _ in range(3)] == [BytesMessage(b"sound" * 50)] * 3


@pytest.mark.parametrize("more", [BytesMessage(b"sound"), TextMessage("words")])
def test_nothing_behind_a_close_counts(more: Message[Any]) -> None:
    client = Connection(ConnectionType.CLIENT)
    behind = client.send(more)
    reader = FrameReader(Connection(ConnectionType.SERVER), LARGEST)
    reader.receive_data(wire([BytesMessage(b"last"), CloseConnection(1000)]) + behind)
    assert [type(event) for event in reader.events()] == [BytesMessage, CloseConnection]
    assert list(reader.events()) == []
