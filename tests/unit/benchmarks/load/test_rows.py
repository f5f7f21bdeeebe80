import argparse

import pytest

from benchmarks.load.rows import add_arguments, rows_of


def rows(arguments: str) -> list[str]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return [str(row) for row in rows_of(parser.parse_args(arguments.split()))]


def test_a_round_has_every_load_those_named_one_by_one_and_the_peers() -> None:
    told = "--calls 100 400 --policy fixed speech --also 200:legs=2 200:frame=320,age=60,policy=speech"
    assert rows(f"{told} --peers pipecat single-process --peer-calls 100") == [
        "Earpiece: 100 calls, 1 leg, frames of 256 ms, fixed",
        "Earpiece: 400 calls, 1 leg, frames of 256 ms, fixed",
        "Earpiece: 100 calls, 1 leg, frames of 256 ms, speech",
        "Earpiece: 400 calls, 1 leg, frames of 256 ms, speech",
        "Earpiece: 200 calls, 2 legs, frames of 256 ms, fixed",
        "Earpiece: 200 calls, 1 leg, frames of 20 ms, speech, 60 minutes old",
        "pipecat: 100 calls, 1 leg, frames of 256 ms, fixed",
        "single-process: 100 calls, 1 leg, frames of 256 ms, fixed",
    ]


def test_rows_name_the_cores_they_had_and_what_there_were_two_of() -> None:
    assert rows("--calls 100 --cores 1 2 --twice web") == [
        "Earpiece: 100 calls, 1 leg, frames of 256 ms, fixed, on 1 core",
        "Earpiece: 100 calls, 1 leg, frames of 256 ms, fixed, two of web, on 1 core",
        "Earpiece: 100 calls, 1 leg, frames of 256 ms, fixed, on 2 cores",
        "Earpiece: 100 calls, 1 leg, frames of 256 ms, fixed, two of web, on 2 cores",
    ]


@pytest.mark.parametrize(
    "row", ["200:legs", "200:colour=red", "200:policy=none", "many", "200:legs=7", "0:legs=1", "200:age=-1"]
)
def test_a_row_that_is_none_is_refused(row: str) -> None:
    with pytest.raises(SystemExit):
        rows(f"--also {row}")
