"""What an agent gets while the assistant is away: the policy that the customer's words are about."""

from app.models import SuggestionType
from workers.agents.assistant import Draft
from workers.agents.knowledge import Source, policies_index

WRITER = "policies"


def fall_back(just_said: str, draft: Draft, why: str) -> str:
    """Fill `draft` from the policies; words for the agent where none is about what was said.

    `why` ends a sentence about the assistant.
    """
    passage = policies_index().about(just_said)
    if passage is None:
        return f"The assistant {why} No policy fits what was said."
    source = Source(1, passage)
    quote = str(source.as_citation()["quote"])
    draft.type, draft.message, draft.model, draft.sources = (
        SuggestionType.POLICY.value,
        f"{quote} [1]",
        WRITER,
        [source],
    )
    return ""
