"""The words of a call, gathered from its lines when it is over: what a search for calls reads."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Call, CallWords, Transcript


def keep_words(session: Session, call_id: UUID) -> None:
    """Gather them of a call that is over, as often as you like; who calls this holds the call's row."""
    lexeme = func.unnest(func.tsvector_to_array(Transcript.words))
    lexemes = func.array(select(lexeme).where(Transcript.call_id == call_id).scalar_subquery())
    gathered = select(Call.id, Call.start_time, func.array_to_tsvector(lexemes)).where(
        Call.call_id == call_id
    )
    statement = insert(CallWords).from_select(["id", "start_time", "words"], gathered)
    words = statement.excluded.words
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={"words": words}, where=CallWords.words.is_distinct_from(words)
        )
    )


def add_late_words(session: Session, call_id: UUID) -> None:
    """Gather them anew because a line has come, unless the call is still to be finished.

    Who finishes it holds its row: then either they see the line, or we see that they have been there.
    """
    call = session.scalar(select(Call.id).where(Call.call_id == call_id).with_for_update())
    if session.get(CallWords, call) is not None:
        keep_words(session, call_id)
