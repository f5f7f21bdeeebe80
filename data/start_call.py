"""The first message of a media socket, and what follows from it for the bytes that it carries."""

from typing import Any, NamedTuple

from data.sample_calls import SPEAKERS, Speaker


class Start(NamedTuple):
    """What `start_call` says. Without a speaker the socket carries both legs, left agent, right customer."""

    speaker: Speaker | None = None
    sample_rate: int = 16_000
    account_number: str | None = None
    agent_name: str | None = None

    @property
    def channels(self) -> int:
        return 1 if self.speaker else len(SPEAKERS)

    @property
    def frame_bytes(self) -> int:
        """One sample of every channel: what a frame holds a multiple of."""
        return 2 * self.channels

    @property
    def bytes_per_second(self) -> int:
        return self.sample_rate * self.frame_bytes

    def message(self, last_event_id: int, epoch: int | None = None) -> dict[str, Any]:
        """As it goes over the wire; the last event was told under this `epoch`."""
        optional = {
            "speaker": self.speaker,
            "account_number": self.account_number,
            "agent_name": self.agent_name,
            "last_event_id": last_event_id or None,
            "epoch": epoch,
        }
        return {
            "type": "start_call",
            "channels": self.channels,
            "sample_rate": self.sample_rate,
            "encoding": "pcm_s16le",
            **{name: value for name, value in optional.items() if value is not None},
        }
