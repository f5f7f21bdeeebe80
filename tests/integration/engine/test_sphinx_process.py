"""One recogniser process alone, by its pipes."""

import json
import subprocess

import soundfile

from app.engine.sphinx import COMMAND
from tests.integration.engine.process import ROOT, SPEECH


def test_it_answers_each_request_with_a_line_and_ends_with_its_input() -> None:
    samples = soundfile.read(SPEECH, dtype="int16")[0][:44_000].tobytes()
    request = json.dumps({"bytes": len(samples), "prompt": ""}).encode() + b"\n" + samples
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        for _ in range(2):
            process.stdin.write(request)
            process.stdin.flush()
            answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.wait(60) == 0
    words, again = answers
    assert [word for word, *_ in words] == "i would like a refund for the coffee machine".split()
    assert all(0 <= start < end <= 2.75 and 0 < probability <= 1 for _, start, end, probability in words)
    assert again == words
