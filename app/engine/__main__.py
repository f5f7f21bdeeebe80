"""`python -m app.engine [--port N]`: the built-in engine on the loopback interface."""

import argparse
import os
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from gunicorn.app.base import BaseApplication

from app.engine.settings import BadSetting, EngineSettings

if TYPE_CHECKING:  # the parent process stays small
    from flask import Flask

    from app.engine.recognition import Recogniser

THREADS = 32
"""Requests answered at once; a stream holds its thread for a second or two."""


class EngineServer(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn with one threaded worker; the models, and most that is imported, exist in the worker only."""

    def __init__(self, settings: EngineSettings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn: what it is to do."""
        options: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": 60,
            "graceful_timeout": 1,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> "Flask":
        """Called by gunicorn in the worker: what it is to serve."""
        from app.engine.server import create_app

        recogniser = choose_recogniser(self._settings)
        self.cfg.set("worker_exit", lambda _server, _worker: recogniser.close())
        return create_app(self._settings, recogniser)


def choose_recogniser(settings: EngineSettings) -> "Recogniser":
    """Start the recogniser the settings name. Only the one that is used is imported."""
    if settings.recogniser == "hash":
        from app.engine.hashing import HashRecogniser

        return HashRecogniser()
    if settings.whisper_model:
        from app.engine.whisper import WhisperRecogniser

        return WhisperRecogniser(settings.whisper_model)
    from app.engine.sphinx import SphinxRecogniser

    return SphinxRecogniser(settings.processes)


def main() -> None:
    """Serve until SIGTERM or SIGINT. A bad setting or a taken port ends it with a sentence and code 2."""
    parser = argparse.ArgumentParser(prog="python -m app.engine", description=__doc__)
    parser.add_argument("--port", type=int, help="instead of ENGINE_PORT")
    port = parser.parse_args().port
    try:
        settings = EngineSettings.from_environment(os.environ)
    except BadSetting as problem:
        _stop(str(problem))
    if port is not None:
        settings = replace(settings, port=port)
    try:
        listener = socket.create_server(("127.0.0.1", settings.port), backlog=256)
    except OSError:
        _stop(f"Port {settings.port} is taken; set ENGINE_PORT to a free one.")
    EngineServer(settings, listener).run()


def _stop(sentence: str) -> NoReturn:
    sys.stderr.write(sentence + "\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
