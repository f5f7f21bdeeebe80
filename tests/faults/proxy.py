"""A small proxy between two parts of the system, which cuts, freezes, delays and drops on command.

It runs in a thread of its own, so that a busy test never slows what it carries.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65536
POLL_SECONDS = 0.01
BUFFER_BYTES = 65536  # or megabytes would lie in here before anybody noticed that a client does not read
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Carries connections to `target`: a (host, port) or the path of a Unix socket. It listens on `path`, or
    else on `port`.
    """

    def __init__(self, target: tuple[str, int] | Path, path: Path | None = None) -> None:
        self._target, self._path = target, path
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._frozen = self._cut = self._deaf = False
        self._delay = 0.0
        self.port = 0

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    # -- what goes wrong

    def cut(self) -> None:
        """End every connection at once and take no new one until `heal`."""
        self._cut = True
        self.reset()

    def reset(self) -> None:
        """End every connection at once; new ones are taken."""
        self._loop.call_soon_threadsafe(self._abort_all)

    def freeze(self) -> None:
        """Connections stay, and nothing passes: a cable that was pulled."""
        self._frozen = True

    def delay(self, seconds: float) -> None:
        """Hold each piece back for so long."""
        self._delay = seconds

    def drop_replies(self) -> None:
        """What is asked arrives, the answer never comes back, and the connection ends: was it done or not?"""
        self._deaf = True

    def heal(self) -> None:
        """Carry everything again."""
        self._frozen = self._cut = self._deaf = False
        self._delay = 0.0

    # -- the carrying

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        started.set()
        self._loop.run_forever()
        self._server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self) -> None:
        if self._path is not None:
            self._server = await asyncio.start_unix_server(self._carry, self._path)
        else:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0, backlog=1500)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        for end in (writer, far_writer):
            for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, buffer, BUFFER_BYTES)
        try:
            await asyncio.gather(
                self._pump(reader, far_writer, self._send), self._pump(far_reader, writer, self._answer)
            )
        finally:
            for end in (writer, far_writer):
                self._open.discard(end)
                end.transport.abort()

    async def _connect(self) -> Streams:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection(*self._target)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        carry: Callable[[asyncio.StreamWriter, bytes], Awaitable[None]],
    ) -> None:
        try:
            while data := await reader.read(CHUNK_BYTES):
                while self._frozen:
                    await asyncio.sleep(POLL_SECONDS)
                if self._delay:
                    await asyncio.sleep(self._delay)
                await carry(writer, data)
            if writer.can_write_eof():
                writer.write_eof()
        except OSError:  # who waits for an answer at the other end must hear of it
            writer.transport.abort()

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    async def _answer(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if self._deaf:
            writer.transport.abort()
            raise ConnectionAbortedError
        await self._send(writer, data)

    def _abort_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()
