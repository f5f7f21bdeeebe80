"""How a socket comes into its call: whether it may, and which legs it takes."""

from uuid import UUID

from app.api.auth import Principal
from app.api.media.memory import FOR_NEW_CALLS, FOR_SOUND
from app.api.media.process import MediaProcess
from app.api.media.refusals import BUSY, Fatal, Refused
from app.api.media.start_call import StartCall
from app.settings import load_settings
from app.streaming import keys
from app.streaming.connection import text_of
from app.streaming.legs import OTHER_RATE, OVER, TOO_MANY_CALLS, LegTaken, take_leg
from app.streaming.restore import CallIsOver, restore_call


def enter(process: MediaProcess, call_id: UUID, principal: Principal, start: StartCall) -> list[LegTaken]:
    """Take the legs that `start` names, of a call that is new, known, or to be restored from the database.

    Raises `Refused` or `Fatal`.
    """
    if principal.kind == "customer" and start.speakers != ["customer"]:
        raise Refused("bad_start", "A ticket is for the customer's leg alone.")
    known = _is_known(process, call_id, principal)
    if process.memory.filled >= (FOR_SOUND if known else FOR_NEW_CALLS):
        raise Fatal("busy", 1013, BUSY)
    policy = load_settings().window_policy
    if not known:
        try:
            restore_call(process.store, call_id, policy)
        except CallIsOver:
            raise Fatal("call_over", 4410, "The call is over.") from None
        _is_known(process, call_id, principal)  # the database may have known whose it is
    taken = [_take(process, call_id, principal, speaker, start, policy) for speaker in start.speakers]
    match {leg.status for leg in taken}:
        case answers if OTHER_RATE in answers:
            raise Refused("bad_start", "The leg was begun at another sample rate; go on with that one.")
        case answers if TOO_MANY_CALLS in answers:
            raise Fatal("rate_limited", 4429, "The server already carries as many calls as it can.")
        case answers if OVER in answers:
            raise Fatal("call_over", 4410, "The call is over.")
    return taken


def _is_known(process: MediaProcess, call_id: UUID, principal: Principal) -> bool:
    """Whether Redis knows the call. Raises `Fatal` when it is somebody else's."""
    status, agent_id = process.store.hmget(keys.call(call_id), "status", "agent_id")
    if principal.kind == "customer":  # the ticket was for this call
        return status is not None
    if status == b"ringing":
        raise Fatal("not_found", 4404, "Accept the call first.")
    if agent_id is not None and not principal.sees_all_calls and text_of(agent_id) != str(principal.id):
        raise Fatal("not_found", 4404, "There is no such call.")
    return status is not None


def _take(
    process: MediaProcess, call_id: UUID, principal: Principal, speaker: str, start: StartCall, policy: str
) -> LegTaken:
    given = {
        "account_number": start.account_number,
        "agent_name": start.agent_name,
        "customer_id": start.customer_id,
    }
    if principal.kind == "user":
        given |= {"agent_id": principal.id, "agent_name": start.agent_name or principal.name}
    elif principal.kind == "customer":  # what a caller says of itself is not believed
        given = {}
    return take_leg(
        process.store,
        call_id,
        speaker,
        start.sample_rate,
        paired=start.channels == 2,
        policy=policy,
        epoch=1 + (start.epoch or 0),
        remembers=start.epoch is not None or start.last_event_id is not None,
        facts={name: str(value) for name, value in given.items() if value is not None},
    )
