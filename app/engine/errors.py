"""What can go wrong in the engine, as OpenAI's API says it: a status and one JSON object.

EngineError
├── permanent: the same request will fail again
│   ├── BadRequest        400
│   ├── NotFound          404
│   ├── MethodNotAllowed  405
│   └── TooLarge          413
└── retryable
    ├── Overloaded        429
    └── RecogniserFailed  500
"""

from typing import Any


class EngineError(Exception):
    """Root of the tree. `param` is the field at fault, `code` the machine's word for the error."""

    status = 500
    type = "server_error"

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code

    def body(self) -> dict[str, Any]:
        """The JSON that a client of OpenAI's API expects with this status."""
        error = {"message": str(self), "type": self.type, "param": self.param, "code": self.code}
        return {"error": error}


class BadRequest(EngineError):
    status = 400
    type = "invalid_request_error"


class NotFound(EngineError):
    status = 404
    type = "invalid_request_error"


class MethodNotAllowed(EngineError):
    status = 405
    type = "invalid_request_error"


class TooLarge(EngineError):
    status = 413
    type = "invalid_request_error"


class Overloaded(EngineError):
    """More speech than this machine recognises in time; the client should come back in a moment."""

    status = 429


class RecogniserFailed(EngineError):
    """The recogniser died or fell silent over this audio; another one has taken its place."""
