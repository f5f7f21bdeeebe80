"""An engine that takes the same time for everybody, so that only the plumbing is measured.

`POST …/audio/transcriptions` answers after 200 ms; `POST …/chat/completions` streams 20 pieces 10 ms apart
after 150 ms. Its texts name the sound (checksum, bytes) and what each answer really took, so that a client
knows whether a window held the right bytes, and subtracts the engine's own time whatever this process was
kept waiting for. The first piece of a suggestion and its last name the last sound that its prompt tells of.
"""

import asyncio
import json
import re
import sys
import time
import zlib
from typing import Any, cast

import uvloop

TRANSCRIBE_SECONDS = 0.2
FIRST_TOKEN_SECONDS = 0.15
TOKENS, TOKEN_SECONDS = 20, 0.01
WAV_HEADER = 44
SECOND = 32000  # bytes of sound
SAID = "I want a refund for my order".split()
WORDS_A_SECOND, CHARACTERS_A_SECOND = 5, 30  # of what it says, its stamp included: nobody speaks faster
CRC = b"crc="
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
JSON, EVENTS = b"application/json", b"text/event-stream"


class Connection(asyncio.Protocol):
    """One connection of HTTP/1.1 with requests one after the other, each with its length."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's own class does not say so

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        found = LENGTH.search(self._buffer, 0, head)
        end = head + 4 + (int(found[1]) if found else 0)
        if len(self._buffer) >= end:
            path, body = bytes(self._buffer[:head]).split(b" ", 2)[1], bytes(self._buffer[head + 4 : end])
            del self._buffer[:end]
            self._answer(path, body)

    def _answer(self, path: bytes, body: bytes) -> None:
        came = time.monotonic()
        if path.endswith(b"/audio/transcriptions"):
            self._loop.call_later(TRANSCRIBE_SECONDS, self._tell_words, came, sound_of(body))
        elif path.endswith(b"/chat/completions"):
            asked = json.loads(body)
            if asked.get("stream"):
                self._loop.call_later(FIRST_TOKEN_SECONDS, self._stream, came, last_crc(body))
            else:
                self._loop.call_later(FIRST_TOKEN_SECONDS, self._tell_whole, came, asked)
        else:
            self._write(JSON, b'{"object":"list","data":[]}')

    def _tell_words(self, came: float, sound: bytes) -> None:
        self._write(JSON, json.dumps({"text": words_of(sound, _took(came))}).encode())

    def _tell_whole(self, came: float, asked: dict[str, Any]) -> None:
        schema = asked.get("response_format", {}).get("json_schema", {}).get("schema")
        content = json.dumps(smallest(schema, schema)) if schema else f"stub {_took(came)}"
        message = {"role": "assistant", "content": content}
        answer = {"id": "stub", "object": "chat.completion", "created": 0, "model": "stub"}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        self._write(JSON, json.dumps({**answer, "choices": choices, "usage": USAGE}).encode())

    def _stream(self, came: float, about: str) -> None:
        if self._transport is None:
            return
        head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ntransfer-encoding: chunked\r\n\r\n" % EVENTS
        self._transport.write(head + _piece({"content": f"tip\n{_took(came)} about={about} "}))
        self._loop.call_later(TOKEN_SECONDS, self._stream_next, 1, time.monotonic(), about)

    def _stream_next(self, number: int, began: float, about: str) -> None:
        if self._transport is None:
            return
        if number < TOKENS:
            word = f"word{number} " if number < TOKENS - 1 else f"end={about} "
            self._transport.write(_piece({"content": word}))
            due = began + TOKEN_SECONDS * (number + 1)  # lateness must not add up
            self._loop.call_later(due - time.monotonic(), self._stream_next, number + 1, began, about)
        else:
            self._transport.write(_piece({}, "stop") + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")

    def _write(self, kind: bytes, body: bytes) -> None:
        if self._transport is not None:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (kind, len(body))
            self._transport.write(head + body)


USAGE = {"prompt_tokens": 100, "completion_tokens": TOKENS, "total_tokens": 100 + TOKENS}


def sound_of(body: bytes) -> bytes:
    """The samples of the WAV in a multipart body, whose header gives their length in its last four bytes."""
    start = body.index(b"RIFF") + WAV_HEADER
    return body[start : start + int.from_bytes(body[start - 4 : start], "little")]


def words_of(sound: bytes, took: str) -> str:
    """What was said in a sound: as many words as fit into it, and its stamp."""
    stamp = f"crc={zlib.crc32(sound):08x} bytes={len(sound)} {took}"
    seconds = len(sound) / SECOND
    said = list(SAID)
    while said and not (
        len([*said, *re.findall(r"\w+", stamp)]) <= WORDS_A_SECOND * seconds
        and len(" ".join([*said, stamp])) <= CHARACTERS_A_SECOND * seconds
    ):
        said.pop()
    return " ".join([*said, stamp])


def last_crc(prompt: bytes) -> str:
    """The checksum of the last sound whose words stand in a prompt; nothing when there is none."""
    at = prompt.rfind(CRC)
    return prompt[at + len(CRC) : at + len(CRC) + 8].decode() if at >= 0 else ""


def smallest(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """The smallest value that fits a JSON schema."""
    if "$ref" in schema:
        for part in schema["$ref"].lstrip("#/").split("/"):
            root = root[part]
        return smallest(root, root)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return smallest(schema["anyOf"][0], root)
    if schema.get("type") == "object":
        return {name: smallest(part, root) for name, part in schema.get("properties", {}).items()}
    return {"array": [], "string": "stub", "boolean": False, "null": None}.get(
        schema["type"], schema.get("minimum", 0)
    )


def _took(came: float) -> str:
    return f"took={time.monotonic() - came:.4f}"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _piece(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    event: dict[str, Any] = {
        "id": "stub",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "stub",
        "choices": [choice],
    }
    return _chunk(
        b"data: " + json.dumps(event if finish is None else {**event, "usage": USAGE}).encode() + b"\n\n"
    )


async def serve(port: int) -> None:
    """Until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
