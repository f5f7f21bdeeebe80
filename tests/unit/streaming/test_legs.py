"""Reading a span out of stream entries, without a server."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.streaming.legs import AudioMissing, Entries, slice_audio


def entries(*sizes: int, start: int = 0) -> tuple[Entries, bytes]:
    """A leg in entries of these sizes, of which the first begins at `start`; and its bytes."""
    ends = list(itertools.accumulate(sizes, initial=start))
    whole = bytes(n % 251 for n in range(ends[-1]))
    return [(f"{b}-0".encode(), {b"d": whole[a:b]}) for a, b in itertools.pairwise(ends)], whole


@given(sizes=st.lists(st.integers(1, 50), min_size=1), data=st.data())
def test_any_span_is_cut_out_exactly(sizes: list[int], data: st.DataObject) -> None:
    stored, whole = entries(*sizes)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    reached = [entry for entry in stored if int(entry[0].split(b"-")[0]) > start]
    assert slice_audio(reached, start, end) == whole[start:end]


def test_a_hole_before_or_after_or_between_is_an_error() -> None:
    stored, _ = entries(10, 10, 10, start=10)
    for part, start, end in [(stored, 5, 20), (stored, 30, 41), ([stored[0], stored[2]], 10, 40)]:
        with pytest.raises(AudioMissing):
            slice_audio(part, start, end)
