from hypothesis import given
from hypothesis import strategies as st

from data.tape import Tape


@given(
    st.integers(0, 1000),
    st.integers(1, 50),
    st.lists(st.binary(max_size=40), max_size=20),
    st.integers(0, 2000),
)
def test_a_tape_gives_back_the_last_bytes_by_their_offset(
    start: int, keep: int, said: list[bytes], offset: int
) -> None:
    tape = Tape(start, keep)
    for data in said:
        tape.add(data)
    everything = b"".join(said)
    assert tape.end == start + len(everything)
    assert tape.start == max(start, tape.end - keep)
    known_from = max(offset, tape.start)
    assert tape.since(offset) == everything[known_from - start :]
