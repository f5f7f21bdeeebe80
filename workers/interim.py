"""The task of the queue `interim`: hear what there is of a leg's open window, and show it."""

from typing import Any
from uuid import UUID

from app.queue import INTERIM, celery
from app.settings import load_settings
from app.streaming.connection import store
from app.streaming.interim import claim_interim, show_interim
from app.streaming.ledger import Claim
from app.streaming.legs import AudioMissing, read_audio
from app.telemetry import get_logger
from workers.agents.engine import EngineError
from workers.agents.loudspeaker import without_customer
from workers.agents.numbers import write_digits
from workers.agents.transcriber import hear

log = get_logger(__name__)


@celery().task(name=INTERIM)
def follow_leg(call_id: str, speaker: str) -> None:
    """Whatever goes wrong is not tried again: the next look, or the final words, come in a second."""
    claim = claim_interim(store(), UUID(call_id), speaker)
    if claim is None:
        return
    event = None
    try:
        event = _words_so_far(claim)
    except (EngineError, AudioMissing) as error:
        log.info("interim_missed", call_id=call_id, speaker=speaker, error=type(error).__name__)
    finally:
        show_interim(store(), claim, event)


def _words_so_far(claim: Claim) -> dict[str, Any] | None:
    """The event to tell; None when no words are heard. Raises `EngineError` and `AudioMissing`."""
    pcm = read_audio(store(), claim.call_id, claim.speaker, claim.start, claim.end)
    own = without_customer(store(), claim, pcm).pcm
    (words,) = hear([own], claim.rate, claim.hints, claim.wordless, interim=True)
    if not words.text:
        return None
    return {
        "type": "transcript",
        "call_id": str(claim.call_id),
        "speaker": claim.speaker,
        "text": write_digits(words.text, claim.hints, load_settings().language),
        "start": round(claim.seconds(claim.start) + words.start, 3),
        "end": claim.seconds(claim.end),
        "window": claim.number,
        "final": False,
        "confidence": None,
    }
