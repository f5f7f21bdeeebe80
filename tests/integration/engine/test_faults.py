import hashlib
import json
import time

import httpx2
import openai
import pytest
import soundfile

from tests.integration.engine.process import SPEECH, Engine

HELLO: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]


@pytest.fixture
def engine(faulty_engine: Engine) -> Engine:
    faulty_engine.http.delete("/faults").raise_for_status()
    return faulty_engine


def chat(engine: Engine) -> str:
    return engine.client.chat.completions.create(model="m", messages=HELLO).choices[0].message.content or ""


def transcribe(engine: Engine) -> str:
    return engine.client.audio.transcriptions.create(model="m", file=SPEECH).text


def test_too_many_requests_say_when_to_come_back(engine: Engine) -> None:
    engine.fault(route="transcriptions", kind="429", retry_after=7)
    with pytest.raises(openai.RateLimitError) as failure:
        transcribe(engine)
    assert failure.value.response.headers["retry-after"] == "7"
    assert transcribe(engine)


def test_a_quota_that_is_used_up_is_told_by_its_code(engine: Engine) -> None:
    engine.fault(route="chat", kind="insufficient_quota")
    with pytest.raises(openai.RateLimitError) as failure:
        chat(engine)
    assert failure.value.code == "insufficient_quota"


def test_a_server_error_happens_as_often_as_asked_for(engine: Engine) -> None:
    engine.fault(route="chat", kind="500", times=2)
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            chat(engine)
    assert chat(engine)


def test_html_comes_with_status_200(engine: Engine) -> None:
    engine.fault(route="transcriptions", kind="html")
    answer = engine.client.audio.transcriptions.create(model="m", file=SPEECH, response_format="verbose_json")
    assert "Bad Gateway" in str(answer), "the client takes any text for an answer"


def test_a_hanging_call_never_answers_and_frees_its_thread_when_the_client_leaves(engine: Engine) -> None:
    engine.fault(route="chat", kind="hang", times=40, delay_ms=600_000)
    for _ in range(40):  # more than the engine has threads
        with pytest.raises(openai.APITimeoutError):
            engine.client.with_options(timeout=0.05).chat.completions.create(model="m", messages=HELLO)
    engine.http.delete("/faults")
    assert chat(engine)


def test_a_slow_call_is_answered_later(engine: Engine) -> None:
    engine.fault(route="chat", kind="slow", delay_ms=300)
    began = time.monotonic()
    assert chat(engine)
    assert time.monotonic() - began >= 0.3


def test_a_half_stream_ends_without_a_reason(engine: Engine) -> None:
    engine.fault(route="chat", kind="half_stream")
    chunks = list(engine.client.chat.completions.create(model="m", messages=HELLO, stream=True))
    assert chunks
    assert all(chunk.choices[0].finish_reason is None for chunk in chunks)


def test_a_spoiled_stream_has_a_line_that_is_no_json(engine: Engine) -> None:
    engine.fault(route="chat", kind="bad_sse")
    with pytest.raises(json.JSONDecodeError):
        list(engine.client.chat.completions.create(model="m", messages=HELLO, stream=True))


def test_calls_and_faults_are_counted(engine: Engine) -> None:
    engine.fault(route="chat", kind="500")
    transcribe(engine)
    with pytest.raises(openai.InternalServerError):
        chat(engine)
    chat(engine)
    log = engine.http.get("/faults/log").json()
    assert log == {"calls": {"transcriptions": 1, "chat": 2}, "faults": {"500": 1}}


def test_a_fault_nobody_knows_is_refused_with_what_is_known(engine: Engine) -> None:
    response = engine.http.post("/faults", json={"route": "chat", "kind": "earthquake"})
    assert response.status_code == httpx2.codes.BAD_REQUEST
    assert "half_stream" in response.json()["kinds"]


def test_the_text_of_the_test_recogniser_is_known_beforehand(engine: Engine) -> None:
    samples = soundfile.read(SPEECH, dtype="int16")[0].tobytes()
    digest = hashlib.sha256(samples).hexdigest()[:16]
    assert transcribe(engine) == f"sha256 {digest} bytes {len(samples)}"
