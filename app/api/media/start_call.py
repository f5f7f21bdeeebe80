"""The first message of a media socket, read and checked."""

from typing import Annotated, Literal
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.api.media.refusals import Refused

SAMPLE_RATES = (8000, 16000, 24000, 44100, 48000)
LARGEST_ID = 2**31 - 1  # of PostgreSQL's integer


def one_line(text: str) -> str:
    """What a row can hold: a NUL in a name would keep the whole call out of the database."""
    if any(category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("control characters are not text")
    return text


Line = Annotated[str, AfterValidator(one_line)]


class StartCall(BaseModel):
    """`start_call` as docs/protocol.md has it.

    With two channels the socket carries both legs: left agent, right customer.
    """

    model_config = ConfigDict(extra="ignore", strict=True)

    speaker: Literal["agent", "customer"] | None = None
    channels: Literal[1, 2] = 1
    sample_rate: int = 16000
    encoding: Literal["pcm_s16le"] = "pcm_s16le"
    customer_id: int | None = Field(None, ge=0, le=LARGEST_ID)
    account_number: Line | None = Field(None, max_length=40)
    agent_name: Line | None = Field(None, max_length=200)
    last_event_id: int | None = Field(None, ge=0)
    epoch: int | None = Field(None, ge=0, lt=LARGEST_ID)

    @model_validator(mode="after")
    def _fits_together(self) -> "StartCall":
        if self.sample_rate not in SAMPLE_RATES:
            raise ValueError(f"sample_rate must be one of {', '.join(map(str, SAMPLE_RATES))}")
        if self.channels == 1 and self.speaker is None:
            raise ValueError("speaker must be agent or customer when channels is 1")
        if self.channels == 2 and self.speaker is not None:
            raise ValueError("speaker must be left out when channels is 2")
        return self

    @property
    def speakers(self) -> list[str]:
        """The legs of this socket, in the order of its channels."""
        return ["agent", "customer"] if self.speaker is None else [self.speaker]

    @classmethod
    def read(cls, message: dict[str, object]) -> "StartCall":
        """Raises `Refused`."""
        try:
            return cls.model_validate(message)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"])) or "start_call"
            words = f"{field}: {first['msg'].removeprefix('Value error, ')}"
            raise Refused("bad_start", words) from None
