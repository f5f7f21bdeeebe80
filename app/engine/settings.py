"""What the engine reads from its environment."""

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_PORT = 8090


class BadSetting(ValueError):
    """A variable has a value that cannot be meant; the text is a sentence for the person who set it."""


@dataclass(frozen=True)
class EngineSettings:
    """`token_ms` is the pace of a streamed answer; as many `processes` recognise speech side by side."""

    port: int = DEFAULT_PORT
    processes: int = 1
    token_ms: float = 20
    recogniser: str = "pocketsphinx"
    whisper_model: str = ""
    faults: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "EngineSettings":
        """Read ENGINE_PORT, ENGINE_PROCESSES (the cores, at most two), ENGINE_TOKEN_MS, ENGINE_RECOGNISER
        (pocketsphinx or hash), ENGINE_WHISPER_MODEL and ENGINE_FAULTS (1 to allow them). Raises BadSetting.
        """
        recogniser = environment.get("ENGINE_RECOGNISER") or "pocketsphinx"
        if recogniser not in ("pocketsphinx", "hash"):
            raise BadSetting(f"ENGINE_RECOGNISER is {recogniser!r}; it can be pocketsphinx or hash.")
        whisper_model = environment.get("ENGINE_WHISPER_MODEL", "")
        if whisper_model and importlib.util.find_spec("faster_whisper") is None:
            raise BadSetting(
                f"ENGINE_WHISPER_MODEL is {whisper_model!r}, but faster-whisper is not installed:"
                " install Earpiece with its extra `whisper`, or unset it."
            )
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(
            port=int(_number(environment, "ENGINE_PORT", DEFAULT_PORT)),
            processes=int(_number(environment, "ENGINE_PROCESSES", min(2, cores))),
            token_ms=_number(environment, "ENGINE_TOKEN_MS", 20),
            recogniser=recogniser,
            whisper_model=whisper_model,
            faults=environment.get("ENGINE_FAULTS") == "1",
        )


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    try:
        return float(text)
    except ValueError:
        raise BadSetting(f"{name} is {text!r}; it must be a number.") from None
