"""The sample calls, which the console plays through its own socket. Only where the demo people are loaded."""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, send_from_directory
from pydantic import BaseModel, RootModel

from app.api.typed import typed

samples = Blueprint("samples", __name__)

FOLDER = Path(__file__).parents[2] / "data" / "calls"
DAY_SECONDS = 24 * 3600


class Sample(BaseModel):
    """A spoken call: 16 kHz stereo FLAC, left agent, right customer; `seconds` to the last word's end."""

    name: str
    title: str
    account_number: str
    agent_name: str
    seconds: float
    url: str


class SampleList(RootModel[list[Sample]]):
    pass


@samples.get("/api/samples")
@typed()
def list_samples() -> SampleList:
    """The sample calls, first the one whose customer comes to the point soonest: newcomers play it."""
    scripts = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}
    return SampleList(
        [_sample(name, scripts[name]) for name in sorted(scripts, key=lambda n: _point(scripts[n]))]
    )


@samples.get("/samples/<name>.flac")
def sample_audio(name: str) -> Response:
    """The audio of one."""
    return send_from_directory(FOLDER, f"{name}.flac", mimetype="audio/flac", max_age=DAY_SECONDS)


def _point(script: dict[str, Any]) -> float:
    """Seconds into the call at which the customer has said the first thing."""
    first: float = next(turn["end"] for turn in script["turns"] if turn["speaker"] == "customer")
    return first


def _sample(name: str, script: dict[str, Any]) -> Sample:
    return Sample(
        name=name,
        title=script["title"],
        account_number=script["account_number"],
        agent_name=script["agent_name"],
        seconds=script["turns"][-1]["end"],
        url=f"/samples/{name}.flac",
    )
