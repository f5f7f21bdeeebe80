"""The record of a finished call: summary and sentiment, asked for in one request under a JSON schema."""

import json
from typing import Annotated, Any, Literal

import openai
from pydantic import AfterValidator, BaseModel, Field

from app.settings import load_settings
from workers.agents import prompts
from workers.agents.engine import CONNECT_SECONDS, AnswerMisshapen, clean, client_of, engine_errors

TIMEOUT_SECONDS = 60.0
LONGEST_SUMMARY = 100_000  # characters, far below what PostgreSQL can index
NOBODY_SPOKE = "Nobody spoke on this call."


class CallSentiment(BaseModel):
    label: Literal["positive", "neutral", "negative"]
    score: float = Field(ge=-1, le=1)


class CallSummary(BaseModel):
    summary: Annotated[str, AfterValidator(clean)] = Field(min_length=1, max_length=LONGEST_SUMMARY)
    sentiment: CallSentiment


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "sentiment": {
            "type": "object",
            "properties": {
                "label": {"type": "string", "enum": ["positive", "neutral", "negative"]},
                "score": {"type": "number", "minimum": -1, "maximum": 1},
            },
            "required": ["label", "score"],
            "additionalProperties": False,
        },
    },
    "required": ["summary", "sentiment"],
    "additionalProperties": False,
}


def summarise(customer: dict[str, Any] | None, conversation: list[dict[str, str]]) -> CallSummary:
    """Summarise a whole call. Raises `EngineError`. A call without words costs nothing."""
    if not conversation:
        return CallSummary(summary=NOBODY_SPOKE, sentiment=CallSentiment(label="neutral", score=0))
    settings = load_settings()
    with engine_errors():
        answer = client_of(settings.llm).chat.completions.create(
            model=settings.summary_model or settings.llm_model,
            messages=[],
            extra_body={"messages": prompts.summary_messages(customer, conversation, settings.language)},
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "call_summary", "strict": True, "schema": SCHEMA},
            },
            timeout=openai.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
        )
        choices = answer.choices
    try:
        return CallSummary.model_validate(json.loads(choices[0].message.content or ""))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise AnswerMisshapen("the answer is not in the form asked for") from error
