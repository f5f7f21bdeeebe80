from pathlib import Path

from benchmarks.transcription.lags import TurnLag
from benchmarks.transcription.pieces import Piece, Pieces


def test_what_was_measured_is_read_as_it_was_and_the_newest_counts(tmp_path: Path) -> None:
    pieces = Pieces(tmp_path)
    assert pieces.load("speech", "lost_card") is None
    pieces.save("speech", "lost_card", Piece({"agent": "yes"}))
    piece = Piece(
        {"agent": "no"}, others=0.1, lags=[TurnLag(1.5, 0.5), TurnLag(None)], interim=[0.7], screen=[1.1]
    )
    pieces.save("speech", "lost_card", piece)
    assert pieces.load("speech", "lost_card") == piece
    assert pieces.load("fixed", "lost_card") is None


def test_a_piece_is_quiet_while_nobody_else_works() -> None:
    assert Piece({}, others=0.1).quiet
    assert not Piece({}, others=0.6).quiet
