"""`/api/openapi.json`, written from the routes and the signatures of their views: it says what they do."""

import re
from typing import Any

from flask import Blueprint, Flask, current_app
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from werkzeug.routing import Rule

from app.api.auth import public
from app.api.typed import Contract

openapi = Blueprint("openapi", __name__)

INTERFACES = ("/api/", "/healthz", "/readyz", "/metrics")
REFERENCE = "#/components/schemas/{model}"
VARIABLE = re.compile(r"<(?:(\w+)(?:\(.*?\))?:)?(\w+)>")
CONVERTED = {"uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer"}}
PROBLEM = {
    "description": "A problem document (RFC 9457).",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string", "description": "Words for a person."},
                    "taken_by": {
                        "type": ["string", "null"],
                        "description": "Who has the call that was to be accepted.",
                    },
                    "fields": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"name": {"type": "string"}, "problem": {"type": "string"}},
                        },
                    },
                },
            }
        }
    },
}


@openapi.get("/api/openapi.json")
@public
def show_openapi() -> dict[str, Any]:
    """This document."""
    return document(current_app)


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of every interface of the app; pages and sockets are not in it."""
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith(INTERFACES) and not rule.websocket
    ]
    contracts = [_contract(app, rule) for rule in rules]
    models: set[tuple[type[BaseModel], JsonSchemaMode]] = set()
    models |= {(contract.body, "validation") for contract in contracts if contract.body}
    models |= {(contract.answer, "serialization") for contract in contracts if contract.answer}
    references, definitions = models_json_schema(sorted(models, key=str), ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for rule, contract in zip(rules, contracts, strict=True):
        view = app.view_functions[rule.endpoint]
        operation: dict[str, Any] = {
            "summary": (view.__doc__ or "").strip().partition("\n")[0],
            "operationId": view.__name__,
            "parameters": [*_in_path(rule), *_in_query(contract.query)],
            "responses": {
                str(contract.status): {"description": "Done."},
                "default": {"$ref": "#/components/responses/Problem"},
            },
        }
        if getattr(view, "public", False):
            operation["security"] = []
        if contract.body:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": references[contract.body, "validation"]}},
            }
        if contract.answer:
            operation["responses"][str(contract.status)]["content"] = {
                "application/json": {"schema": references[contract.answer, "serialization"]}
            }
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            paths.setdefault(_path(rule), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Earpiece", "version": "1"},
        "paths": paths,
        "security": [{"session": []}, {"token": []}],
        "components": {
            "schemas": definitions["$defs"],
            "responses": {"Problem": PROBLEM},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _contract(app: Flask, rule: Rule) -> Contract:
    return getattr(app.view_functions[rule.endpoint], "contract", Contract(None, None, None, 200))


def _path(rule: Rule) -> str:
    return VARIABLE.sub(r"{\2}", rule.rule)


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": CONVERTED.get(kind, {"type": "string"})}
        for kind, name in VARIABLE.findall(rule.rule)
    ]


def _in_query(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    schema = query.model_json_schema(ref_template=REFERENCE)
    return [{"name": name, "in": "query", "schema": part} for name, part in schema["properties"].items()]
