"""What a client of the media socket said last, by offset."""


class Tape:
    """Keeps the last `keep_bytes` of a stream that begins at offset `start`."""

    def __init__(self, start: int, keep_bytes: int) -> None:
        self.start = start
        self._keep_bytes = keep_bytes
        self._kept = bytearray()

    @property
    def end(self) -> int:
        """The offset after the last byte."""
        return self.start + len(self._kept)

    def add(self, data: bytes) -> None:
        """Say `data` next; what is older than `keep_bytes` is forgotten."""
        self._kept += data
        forgotten = max(0, len(self._kept) - self._keep_bytes)
        del self._kept[:forgotten]
        self.start += forgotten

    def since(self, offset: int) -> bytes:
        """What stands at `offset` and after it, as far as it is still known."""
        return bytes(self._kept[max(0, offset - self.start) :])
