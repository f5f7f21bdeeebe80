"""What a media socket answers to what it does not take.

Refusal
├── Refused   this message is not taken; the socket goes on
└── Fatal     the socket ends
"""

BUSY = "The server cannot store sound right now. Keep it and come back."


class Refusal(Exception):
    """`code` is for the client's program, `message` for the person who sits before it or wrote it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


class Refused(Refusal):
    """Permanent: the same message would be refused again."""


class Fatal(Refusal):
    """The socket is closed with `close_code`; `received_bytes` of it are safe."""

    def __init__(self, code: str, close_code: int, message: str, received_bytes: int = 0) -> None:
        super().__init__(code, message)
        self.close_code, self.received_bytes = close_code, received_bytes
