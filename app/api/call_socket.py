"""The media socket: `WS /ws/call/{call_id}`. A conversation of JSON text and PCM frames, as docs/protocol.md
has it.
"""

import json
from contextlib import suppress
from uuid import UUID

import redis
from flask import request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server
from sqlalchemy.exc import SQLAlchemyError

from app.api.auth import Principal, authenticate_socket, origin_allowed, stay
from app.api.leaving import is_leaving
from app.api.media.admission import refusal
from app.api.media.conversation import Conversation
from app.api.media.process import media_process
from app.api.media.refusals import BUSY, Fatal
from app.models import Role
from app.streaming.connection import store
from app.streaming.ringing import spend_ticket
from app.telemetry import get_logger

log = get_logger(__name__)

# simple-websocket leaks a handler that waits for ever on a frame over the limit (pitfalls.md 1.3).
RECEIVE_SECONDS = 5.0  # of a thousand sockets that say nothing, each second wakes 200
GOODBYE_SECONDS = 2.0


def register(sock: Sock) -> None:
    """Put the socket on its route."""
    sock.route("/ws/call/<call_id>")(call_socket)


def call_socket(ws: Server, call_id: str) -> None:
    """Serve one socket from its handshake to its close.

    Every error leaves as the contract's words and code.
    """
    if hasattr(ws.sock, "unread"):
        ws.sock.unread = lambda: len(ws.input_buffer)
    try:
        call = _parsed(call_id)
        _converse(ws, call, _authenticated(call))
    except ConnectionClosed:
        return
    except Fatal as error:
        _refuse(ws, call_id, error)
    except (redis.RedisError, SQLAlchemyError) as error:
        log.error("socket_storage_lost", call_id=call_id, error=type(error).__name__)
        _refuse(ws, call_id, Fatal("busy", 1013, BUSY))
    except Exception:
        log.exception("socket_failed", call_id=call_id)
        with suppress(ConnectionClosed, OSError):
            ws.close(1011, "internal error")
    finally:
        goodbye(ws)


def goodbye(ws: Server) -> None:
    """Let the socket's reader end: nobody takes any more what it has read, and it must not wait for that.

    gunicorn closes the connection when we return: the reader must first have read what is still on its way
    (SafeSocket.close), or a reset would take our last words back.
    """
    if hasattr(ws.sock, "unread"):
        ws.sock.unread = lambda: 0
    ws.thread.join(GOODBYE_SECONDS)


def _authenticated(call_id: UUID) -> Principal:
    """Who opens this socket. Raises `Fatal`."""
    ticket = request.args.get("ticket")
    if ticket is None:
        principal = authenticate_socket(request)
        if principal is None:
            raise Fatal("unauthorized", 4401, "Sign in, or send a valid API token.")
        return principal
    if not origin_allowed(request) or spend_ticket(store(), ticket) != call_id:
        raise Fatal("unauthorized", 4401, "This ticket is not valid any more. Please call again.")
    return Principal("customer", 0, "the customer", Role.AGENT)


def _converse(ws: Server, call_id: UUID, principal: Principal) -> None:
    process = media_process()
    if reason := refusal(process.sockets, principal):
        raise Fatal("rate_limited", 4429, reason)
    if principal.kind == "customer":  # a ticket is for one socket, and spent
        conversation = Conversation(ws, call_id, principal, process)
    else:
        conversation = Conversation(ws, call_id, principal, process, stay(request))
    process.sockets.add(conversation)
    if is_leaving():
        conversation.move_on()
    try:
        while ws.connected or ws.input_buffer:  # a client may hang up right behind its last words
            message = ws.receive(timeout=RECEIVE_SECONDS)
            if isinstance(message, str):
                conversation.on_text(message)
            elif message is not None:
                conversation.on_audio(message)
    finally:
        process.sockets.discard(conversation)
        conversation.leave()


def _parsed(call_id: str) -> UUID:
    try:
        return UUID(call_id)
    except ValueError:
        raise Fatal("not_found", 4404, "There is no such call: a call_id is a UUID.") from None


def _refuse(ws: Server, call_id: str, error: Fatal) -> None:
    message = {
        "type": "error",
        "call_id": call_id,
        "code": error.code,
        "message": error.message,
        "fatal": True,
        "received_bytes": error.received_bytes,
    }
    with suppress(ConnectionClosed, OSError):
        ws.send(json.dumps(message))
        ws.close(error.close_code, error.code)
