"""Who answers a chat request: the rules for Earpiece's own tasks, a plain sentence for everything else."""

import json
from typing import Any

from app.engine.assistant.conversation import Conversation, conversation_in
from app.engine.assistant.schema import fit
from app.engine.assistant.suggest import suggest
from app.engine.assistant.summary import summarise
from app.engine.chat import ChatRequest
from app.engine.completions import Answer, ToolCall

ABOUT = (
    "I am Earpiece's built-in engine: a set of rules, not a language model. I can suggest what a "
    "call-centre agent"
    " should say next and summarise calls; for anything else, connect Earpiece to a language model."
)


def answer(request: ChatRequest) -> Answer:
    """The answer to a checked request. The same request always has the same answer."""
    conversation = conversation_in(request.messages)
    if request.schema is not None:
        return Answer(json.dumps(fit(request.schema, _values(conversation)), ensure_ascii=False))
    given = Answer(ABOUT) if conversation is None else _to_task(conversation, request)
    if request.forced_tool and not given.calls:
        name = request.tools[0] if request.forced_tool == "any" else request.forced_tool
        return Answer(calls=(ToolCall(name, {}),))
    return given


def _to_task(conversation: Conversation, request: ChatRequest) -> Answer:
    if conversation.task == "summarise":
        return Answer(str(summarise(conversation)["summary"]))
    return suggest(conversation, request.tools)


def _values(conversation: Conversation | None) -> dict[str, Any]:
    """What there is to put into a schema."""
    if conversation is not None and conversation.task == "summarise":
        return summarise(conversation)
    return {"answer": ABOUT}
