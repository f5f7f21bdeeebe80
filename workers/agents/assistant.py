"""Making one suggestion: ask, look up what the model wants, ask again, stream the answer."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from app.models import SuggestionType
from app.settings import load_settings
from workers.agents import prompts
from workers.agents.completion import Completion, stream
from workers.agents.context import CallContext, customer_in_brief
from workers.agents.engine import engine_errors
from workers.agents.knowledge import Source, policies_index
from workers.agents.tools import TOOLS, Found, Toolbox

ROUNDS = 3  # of look-ups before the model must answer
PASSAGES = 4
MOST_TOKENS = 600
EYE_SECONDS = 0.05  # deltas that arrive within a glance go out as one
AT_ONCE_SECONDS = 0.005  # is less than any engine takes for a piece, and more than reading one takes
TYPES = tuple(kind.value for kind in SuggestionType)


@dataclass
class Draft:
    """A suggestion in the making: what was streamed so far and what it rests on."""

    type: str = SuggestionType.TIP.value
    message: str = ""
    model: str = ""  # what wrote it, where that is not the model of the settings
    lookups: list[dict[str, Any]] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    answered: bool = False  # the assistant has come to an end
    engine_seconds: float = 0.0  # waited for the engine, in all rounds, until the first word
    usage: dict[str, int] = field(default_factory=lambda: {"prompt_tokens": 0, "completion_tokens": 0})

    @property
    def citations(self) -> list[dict[str, object]]:
        """The sources that the message names."""
        named = {int(ref) for ref in re.findall(r"\[(\d+)\]", self.message)}
        return [source.as_citation() for source in self.sources if source.ref in named]

    @property
    def cost(self) -> str | None:
        """What its answers cost, a decimal; None where the settings have no prices."""
        settings = load_settings()
        if not (settings.llm_input_price or settings.llm_output_price):
            return None
        read, written = self.usage["prompt_tokens"], self.usage["completion_tokens"]
        millionths = read * settings.llm_input_price + written * settings.llm_output_price
        return f"{millionths / 1_000_000:.6f}"


def draft_suggestion(
    context: CallContext,
    just_said: str,
    draft: Draft,
    *,
    is_question: bool,
    on_lookup: Callable[[str, Found], None],
    on_delta: Callable[[int, str, str], None],
) -> None:
    """Fill `draft` for what the customer `just_said`, or for a question of the agent's.

    Tells of each look-up, and of each piece of text with its offset and the suggestion's type.
    Raises `EngineError`, the database's errors, and whatever the callbacks raise (which ends the request).
    """
    settings = load_settings()
    draft.sources = [
        Source(i + 1, passage) for i, passage in enumerate(policies_index().search(just_said, PASSAGES))
    ]
    toolbox = Toolbox(context.customer["id"] if context.customer else None, draft.sources)
    messages = prompts.suggest_messages(
        customer_in_brief(context.customer),
        context.conversation,
        just_said,
        [s.as_told() for s in draft.sources],
        settings.language,
        is_question=is_question,
    )
    for round_ in range(ROUNDS + 1):
        completion = Completion()
        with engine_errors():
            pieces = stream(
                settings.llm,
                settings.llm_model,
                messages,
                TOOLS if round_ < ROUNDS else [],
                MOST_TOKENS,
                completion,
            )
            _tell(pieces, draft, on_delta)
        for name in draft.usage:
            draft.usage[name] += completion.usage.get(name, 0)
        if not completion.tool_calls:
            return
        messages.append(
            {"role": "assistant", "content": completion.text or None, "tool_calls": completion.tool_calls}
        )
        for call in completion.tool_calls:
            name = call["function"]["name"]
            found = toolbox.run(name, call["function"]["arguments"])
            draft.lookups.append({"tool": name, "arguments": found.arguments, "found": found.rows})
            on_lookup(name, found)
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": found.content})


def _tell(pieces: Iterator[str], draft: Draft, on_delta: Callable[[int, str, str], None]) -> None:
    """Pass text on at the eye's pace: the first piece at once, then what has gathered.

    Nothing is read for the length of a glance: pieces that come ten milliseconds apart cost more to wake up
    for than to read. What came meanwhile is read at once, and shown with the first piece to be waited for.
    """
    waiting, looked_at = "", time.monotonic()
    read_at = looked_at
    for piece in _without_type(pieces, draft):
        now = time.monotonic()
        if not draft.message:
            draft.engine_seconds += now - read_at
        waiting += piece
        if not draft.message or now - read_at > AT_ONCE_SECONDS or now - looked_at > EYE_SECONDS:
            on_delta(len(draft.message), waiting, draft.type)
            draft.message += waiting
            waiting = ""
            time.sleep(EYE_SECONDS)
            looked_at = time.monotonic()
        read_at = time.monotonic()
    if waiting:
        on_delta(len(draft.message), waiting, draft.type)
        draft.message += waiting
    if not draft.message:
        draft.engine_seconds += time.monotonic() - read_at


def _without_type(pieces: Iterator[str], draft: Draft) -> Iterator[str]:
    """The text after its first line, where that names a type; all of it where it does not."""
    head = ""
    for piece in pieces:
        head = (head + piece).lstrip()
        if "\n" in head or not any(kind.startswith(_word(head)) for kind in TYPES):
            break
    first, _, text = head.partition("\n")
    if _word(first) in TYPES:
        draft.type = _word(first)
    else:
        text = head
    begun = False
    for piece in chain([text], pieces):
        shown = piece if begun else piece.lstrip()
        if shown:
            begun = True
            yield shown


def _word(line: str) -> str:
    return line.strip().rstrip(":").strip().lower()
