import pytest

from app.engine.settings import BadSetting, EngineSettings


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = EngineSettings.from_environment({})
    assert (settings.port, settings.recogniser, settings.faults) == (8090, "pocketsphinx", False)
    assert settings.processes in (1, 2)


def test_each_variable_is_read() -> None:
    settings = EngineSettings.from_environment(
        {
            "ENGINE_PORT": "9000",
            "ENGINE_PROCESSES": "3",
            "ENGINE_TOKEN_MS": "1.5",
            "ENGINE_RECOGNISER": "hash",
            "ENGINE_FAULTS": "1",
        }
    )
    assert settings == EngineSettings(9000, 3, 1.5, "hash", "", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENGINE_PORT", "eighty"),
        ("ENGINE_TOKEN_MS", "fast"),
        ("ENGINE_RECOGNISER", "parrot"),
        ("ENGINE_WHISPER_MODEL", "tiny.en"),  # faster-whisper is not among the tests' packages
    ],
)
def test_a_value_that_cannot_be_meant_is_named_in_a_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=rf"{name} is '{value}'.*\.$"):
        EngineSettings.from_environment({name: value})
