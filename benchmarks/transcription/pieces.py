"""What has been measured so far: a file for each call in each configuration, so that a run can be done in
pieces.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal

from benchmarks.transcription.lags import TurnLag

Configuration = Literal["whole", "speech", "fixed"]
QUIET_CORES: Final = 0.25


@dataclass
class Piece:
    """One call in one configuration.

    `heard` is the text of each party; `others` how many cores worked for somebody else meanwhile; the rest
    is as lags.py has it.
    """

    heard: dict[str, str]
    others: float = 0.0
    lags: list[TurnLag] = field(default_factory=list)
    interim: list[float] = field(default_factory=list)
    screen: list[float] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Whether its lags mean anything: nobody else kept the machine busy."""
        return self.others <= QUIET_CORES


class Pieces:
    """The measurements in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, configuration: Configuration, call: str, piece: Piece) -> None:
        """Keep what was measured, instead of what was before."""
        path = self._path(configuration, call)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(piece)))

    def load(self, configuration: Configuration, call: str) -> Piece | None:
        """What was measured last, if anything was."""
        path = self._path(configuration, call)
        if not path.exists():
            return None
        facts = json.loads(path.read_text())
        return Piece(**facts | {"lags": [TurnLag(*lag) for lag in facts["lags"]]})

    def _path(self, configuration: Configuration, call: str) -> Path:
        return self._folder / configuration / f"{call}.json"
