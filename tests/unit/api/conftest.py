from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.api.factory import create_app
from app.settings import load_settings

AppWith = Callable[..., Flask]


@pytest.fixture
def app_with(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppWith]:
    """An app made under these environment variables. Nothing that it would connect to exists."""

    def make(**environment: str) -> Flask:
        given = {
            "SECRET_KEY": "s" * 32,
            "DATABASE_URL": "postgresql+psycopg2://nobody@127.0.0.1:1/none",
        } | environment
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        load_settings.cache_clear()
        return create_app()

    yield make
    load_settings.cache_clear()
