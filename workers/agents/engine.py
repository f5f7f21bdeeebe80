"""The engine, whoever it is: the `openai` package, one client a process and server. Its errors become ours
here, and only here.

EngineError
├── EngineUnavailable   retryable: no answer, a server's error, nonsense instead of an answer
│   └── EngineBusy      retryable after `retry_after` seconds (429)
├── AnswerMisshapen     retryable a few times: an answer, but not in the form asked for
├── EngineClosed        retryable when a person has acted: no request is taken
│   ├── QuotaExhausted  until somebody pays
│   └── AccessRefused   until somebody sets the key, the model or the address right (401, 403, 404)
└── EngineRefused       permanent: this request will never be taken
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import httpx2
import openai
from openai import OpenAI

from app.settings import Engine, load_settings

CONNECT_SECONDS = 2.0
NO_ACCESS = {401, 403, 404}
QUOTA = {"insufficient_quota", "billing_hard_limit_reached"}
MOST_RETRY_AFTER_SECONDS = 60.0
NONSENSE = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What reading an answer raises that is not in its form."""


class EngineError(Exception):
    """Root. `words` are for a person: the end of a sentence about the recogniser or the assistant."""

    words = "failed."
    retry_after = 2.0


class EngineUnavailable(EngineError):
    """No answer, or none that can be used."""

    words = "does not answer."


class EngineBusy(EngineUnavailable):
    """Too many requests: come back after `retry_after` seconds."""

    words = "is busy."

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many requests")
        self.retry_after = min(retry_after, MOST_RETRY_AFTER_SECONDS)


class AnswerMisshapen(EngineError):
    """An answer that was paid for, not in the form asked for: the next may have it, or none ever."""

    words = "does not answer in the form asked for."


class EngineClosed(EngineError):
    """Nothing works until a person acts."""

    retry_after = 60.0


class QuotaExhausted(EngineClosed):
    """The account has no money left."""

    words = "has used up its account. An administrator must look at it."


class AccessRefused(EngineClosed):
    """A wrong key, model or address."""

    words = "refuses our key or its settings. An administrator must look at it."


class EngineRefused(EngineError):
    """The engine will never take this request."""

    words = "refused the request."


def client_of(engine: Engine) -> OpenAI:
    """The process's client for a server. Retrying is ours: the package would sleep inside a worker's slot."""
    return _client(engine.base_url, engine.api_key)


class _InOnePiece(openai.DefaultHttpxClient):
    """Sends a request's body at once: that of a window has 26 parts, which would each be sent by itself."""

    def __init__(self) -> None:
        super().__init__(event_hooks={"request": [httpx2.Request.read]})

    def __del__(self) -> None:
        self.close()


@cache
def _client(base_url: str, api_key: str) -> OpenAI:
    return OpenAI(
        base_url=base_url,
        api_key=api_key or "none",
        max_retries=0,
        timeout=openai.Timeout(15, connect=CONNECT_SECONDS),
        http_client=_InOnePiece(),
    )


def clean(text: str) -> str:
    """What an engine wrote, without what PostgreSQL cannot hold: NUL, and halves of a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def warm_up() -> None:
    """Import what the package imports lazily; no request is made."""
    for engine in (load_settings().stt, load_settings().llm):
        _ = client_of(engine).audio.transcriptions, client_of(engine).chat.completions


@contextmanager
def engine_errors() -> Iterator[None]:
    """Translate everything that talking to an engine can raise into the tree above."""
    try:
        yield
    except EngineError:
        raise
    except openai.RateLimitError as error:
        if _code(error) in QUOTA:
            raise QuotaExhausted(_code(error)) from error
        raise EngineBusy(_retry_after(error)) from error
    except (
        openai.APIConnectionError,
        openai.InternalServerError,
        openai.APIResponseValidationError,
    ) as error:
        raise EngineUnavailable(type(error).__name__) from error
    except openai.APIStatusError as error:
        if error.status_code in (408, 409, 425, 499) or error.status_code >= 500:
            raise EngineUnavailable(str(error.status_code)) from error
        if error.status_code in NO_ACCESS:
            raise AccessRefused(f"{error.status_code} {_code(error)}".strip()) from error
        raise EngineRefused(f"{error.status_code} {_code(error)}".strip()) from error
    except httpx2.HTTPError as error:  # the package leaves what happens while a stream is read as it is
        raise EngineUnavailable(type(error).__name__) from error
    except (openai.OpenAIError, *NONSENSE, OSError) as error:
        raise EngineUnavailable(f"unusable answer: {type(error).__name__}") from error


def _code(error: openai.APIStatusError) -> str:
    return clean(str(error.code or error.type or ""))


def _retry_after(error: openai.APIStatusError) -> float:
    try:
        seconds = float(error.response.headers.get("retry-after", "2"))
    except ValueError:
        return EngineError.retry_after
    return seconds if seconds >= 0 else EngineError.retry_after  # neither what is past nor what is no number
