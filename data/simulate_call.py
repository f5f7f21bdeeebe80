"""The customer simulator: plays a sample call into a running system, and shows what comes of it.

`make demo CALL=late_order SPEED=1`, or `python -m data.simulate_call --help`.
"""

import argparse
import http.client
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from app.local import running
from app.local.problems import Problem
from data.call_client import FRAME_LIMIT_BYTES, CallFailed
from data.call_screen import CallScreen
from data.playback import Playback
from data.sample_calls import SAMPLE_RATE, SampleCall, sample_names

ROOT = Path(__file__).parents[1]
SUMMARY_SECONDS = 60.0  # a socket stays open so long after the end
CONNECT_SECONDS = 10.0
MOST_SPEED = 50
RATES = (8_000, 16_000, 24_000, 44_100, 48_000)


class Access(NamedTuple):
    """Where a system runs, and the headers with which its sockets let us in."""

    url: str
    headers: Mapping[str, str]

    @property
    def socket_url(self) -> str:
        """The media socket, before the call_id."""
        return self.url.replace("http", "ws", 1) + "/ws/call"


def find_system(url: str | None, token: str | None) -> Access:
    """The system at `url`, else the one that runs from this folder. Raises `Problem`.

    Without a token we come in by the sign-in link of the latter, as the person who started it.
    """
    if url and not token:
        raise Problem("A system elsewhere wants a token: `make token NAME=demo` there prints one.")
    if url is None:
        system = running.find(ROOT / "var")
        url = system.url
        if token is None:
            return Access(url.rstrip("/"), _signed_in(url, system.sign_in))
    return Access(url.rstrip("/"), {"Authorization": f"Bearer {token}"})


def _signed_in(url: str, sign_in: str) -> dict[str, str]:
    """The headers of a browser that has followed the link `sign_in`. Raises `Problem`."""
    link = urlsplit(sign_in)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=CONNECT_SECONDS)
    try:
        connection.request("GET", f"{link.path}?{link.query}", headers={"Host": link.netloc})
        cookie = connection.getresponse().getheader("Set-Cookie")
    except OSError as error:
        raise Problem(f"Earpiece at {url} does not answer ({error}).") from None
    finally:
        connection.close()
    if cookie is None:
        raise Problem(f"Earpiece at {url} does not take its own sign-in link: start it again.")
    return {"Cookie": cookie.split(";")[0], "Origin": f"{link.scheme}://{link.netloc}"}


def simulate(playback: Playback, screen: CallScreen, speed: float) -> None:
    """Play the call and stay until its summary. Raises `CallFailed`."""
    playback.dial()
    playback.play(speed, screen.play)
    playback.hang_up()
    playback.clients[0].wait_until_over(SUMMARY_SECONDS)


def main() -> int:
    """Play the call named on the command line."""
    options = _options()
    call = SampleCall(options.call)
    call_id = uuid4()
    try:
        access = find_system(options.url, options.token)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{call.title}: {call.account_number}, call {call_id}\n")
    screen = CallScreen(call.name, len(call.samples) / SAMPLE_RATE)
    playback = Playback(
        call,
        access.socket_url,
        call_id,
        access.headers,
        two_sockets=options.two_sockets,
        rate=options.rate,
        frame_bytes=options.frame_bytes,
        on_message=screen.show,
    )
    try:
        simulate(playback, screen, options.speed)
    except CallFailed as error:
        print(f"The call failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        playback.hang_up()
        print("Hung up.", file=sys.stderr)
        return 130
    finally:
        screen.close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Play a sample call into a running Earpiece.")
    parser.add_argument("call", choices=sample_names())
    parser.add_argument("--speed", type=_speed, default=1.0, help="1 is real time, 4 four times as fast")
    parser.add_argument("--url", help="the system's address; else the one that runs from this folder")
    parser.add_argument("--token", help="an API token; else the sign-in link of the system that runs here")
    parser.add_argument("--two-sockets", action="store_true", help="one socket for each leg")
    parser.add_argument(
        "--frame-bytes",
        type=_frame_bytes,
        default=8192,
        help="the size of a frame, or `random` for odd numbers of samples (default: 8192)",
    )
    parser.add_argument("--rate", type=int, choices=RATES, default=SAMPLE_RATE, help="Hz; resampled first")
    return parser.parse_args()


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= MOST_SPEED:
        raise argparse.ArgumentTypeError(f"a speed is more than 0 and at most {MOST_SPEED}")
    return speed


def _frame_bytes(text: str) -> int | None:
    if text == "random":
        return None
    size = int(text)
    if size <= 0 or size % 4 or size > FRAME_LIMIT_BYTES:
        raise argparse.ArgumentTypeError(f"a frame has a multiple of 4 bytes, {FRAME_LIMIT_BYTES} at most")
    return size


if __name__ == "__main__":
    sys.exit(main())
