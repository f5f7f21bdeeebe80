from typing import Any

import pytest
from flask import Flask

from app.api.openapi import VARIABLE
from tests.unit.api.conftest import AppWith


@pytest.fixture
def app(app_with: AppWith) -> Flask:
    return app_with(SEED_DATA="1")


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    document: dict[str, Any] = app.test_client().get("/api/openapi.json").json or {}
    return document


def test_every_route_of_the_interface_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (VARIABLE.sub(r"{\2}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    documented = {(path, method) for path, operations in document["paths"].items() for method in operations}
    assert len(routes) > 10
    assert routes <= documented
    assert {("/healthz", "get"), ("/readyz", "get"), ("/metrics", "get")} <= documented


def test_every_operation_says_in_a_sentence_what_it_does(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"].endswith("."), path


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [
                ref
                for key, value in part.items()
                for ref in ([value] if key == "$ref" else references(value))
            ]
        return [ref for value in part for ref in references(value)] if isinstance(part, list) else []

    found = references(document)
    assert found
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_what_a_route_takes_and_gives_is_there(document: dict[str, Any]) -> None:
    patch = document["paths"]["/api/suggestions/{suggestion_id}"]["patch"]
    assert patch["parameters"][0] == {
        "name": "suggestion_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    assert patch["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Verdict")
    assert patch["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith(
        "/SuggestionRow"
    )
    names = {parameter["name"] for parameter in document["paths"]["/api/calls"]["get"]["parameters"]}
    filters = {"q", "status", "customer_id", "agent_id", "sentiment", "disposition", "since", "until"}
    assert names == filters | {"cursor", "limit"}


def test_only_what_needs_no_sign_in_says_so(document: dict[str, Any]) -> None:
    open_to_all = {
        path
        for path, operations in document["paths"].items()
        for one in operations.values()
        if one.get("security") == []
    }
    assert open_to_all == {
        "/api/session", "/api/customer-calls", "/api/openapi.json", "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
