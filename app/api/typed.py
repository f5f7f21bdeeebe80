"""A view's signature is its contract: `body` and `query` are read into models, the result is sent as JSON.

    @calls.post("/api/calls")
    @typed(status=201)
    def open_call(body: NewCall) -> CallRow: ...

The OpenAPI document is written from the same signature (`openapi.py`), so that it cannot tell another story.
"""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, NamedTuple, get_type_hints

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from app.api.errors import InvalidFields

GREATEST_ID = 2**31 - 1
"""PostgreSQL's integer; what lies above it is nobody's id."""

Id = Annotated[int, Field(ge=1, le=GREATEST_ID)]
Storable = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""PostgreSQL takes any character but NUL."""
Line = Annotated[Storable, StringConstraints(strip_whitespace=True, max_length=200)]
"""A line that a person typed."""


class Input(BaseModel):
    """What a request may carry; a field that is not in it is refused, so that a slip of the pen is told."""

    model_config = ConfigDict(extra="forbid")


class Contract(NamedTuple):
    """A view as the OpenAPI document shows it. `answer` None means an answer without a body."""

    body: type[Input] | None
    query: type[Input] | None
    answer: type[BaseModel] | None
    status: int


def typed(status: int = 200) -> Callable[[Callable[..., BaseModel | None]], Callable[..., Response]]:
    """Turn a function over models into a view. Raises 400, 415 or `InvalidFields` for what does not fit."""

    def decorate(function: Callable[..., BaseModel | None]) -> Callable[..., Response]:
        hints = get_type_hints(function)
        answer = None if hints["return"] is type(None) else hints["return"]
        contract = Contract(hints.get("body"), hints.get("query"), answer, status)

        @wraps(function)
        def view(**arguments: Any) -> Response:
            if contract.body:
                arguments["body"] = _read_body(contract.body)
            if contract.query:
                arguments["query"] = _read_query(contract.query)
            result = function(**arguments)
            if result is None:
                return Response(status=status)
            return Response(result.model_dump_json(), status, mimetype="application/json")

        view.contract = contract  # type: ignore[attr-defined]
        return view

    return decorate


def _read_body(shape: type[Input]) -> Input:
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return shape.model_validate_json(request.get_data(), strict=True)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise BadRequest("The body is not JSON.") from error
        raise InvalidFields(_fields(error)) from error


def _read_query(shape: type[Input]) -> Input:
    try:
        return shape.model_validate({name: value for name, value in request.args.items() if value})
    except ValidationError as error:
        raise InvalidFields(_fields(error)) from error


def _fields(error: ValidationError) -> list[dict[str, str]]:
    return [
        {"name": ".".join(map(str, one["loc"])) or "body", "problem": one["msg"]}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
