"""What stands on the ledger, by name."""

from typing import NamedTuple
from uuid import UUID


class Item(NamedTuple):
    """An entry of the ledger:     `w:<call>:<speaker>:<n>` a window, `s:<call>:<id>` a suggestion, `o:<call>`
    a call to open, `f:<call>` one to finish. Hinted, though never on it: `i:<call>:<speaker>` interim words.
    """

    kind: str
    call_id: UUID
    rest: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its name on the ledger."""
        return ":".join((self.kind, str(self.call_id), *self.rest))

    @classmethod
    def parse(cls, text: str) -> "Item":
        kind, call_id, *rest = text.split(":")
        return cls(kind, UUID(call_id), tuple(rest))
