from typing import Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel

from app.api.auth import public
from app.api.typed import Id, Input, Line, typed
from tests.unit.api.conftest import AppWith


class Order(Input):
    size: Id
    kind: Literal["tea", "coffee"] = "tea"
    name: Line | None = None


class Answer(BaseModel):
    told: str


@pytest.fixture
def client(app_with: AppWith) -> FlaskClient:
    app: Flask = app_with()

    @app.post("/api/order")
    @public
    @typed(status=201)
    def order(body: Order) -> Answer:
        return Answer(told=f"{body.size} {body.kind} {body.name}")

    @app.get("/api/orders")
    @public
    @typed()
    def orders(query: Order) -> Answer:
        return Answer(told=f"{query.size} {query.kind}")

    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    return client


def test_a_body_is_read_into_its_model_and_the_answer_written_from_its_own(client: FlaskClient) -> None:
    response = client.post("/api/order", json={"size": 2, "name": "  Ann "})
    assert (response.status_code, response.json) == (201, {"told": "2 tea Ann"})


def test_each_field_that_is_wrong_is_named(client: FlaskClient) -> None:
    response = client.post("/api/order", json={"kind": "beer", "colour": "red"})
    assert response.status_code == 422
    assert {field["name"] for field in (response.json or {})["fields"]} == {"size", "kind", "colour"}


@pytest.mark.parametrize(
    "body",
    ['{"size": "2"}', '{"size": 0}', '{"size": 99999999999}', '{"size": 1, "name": "a\\u0000b"}', "[]"],
)
def test_what_does_not_fit_is_refused_before_it_meets_the_database(client: FlaskClient, body: str) -> None:
    assert client.post("/api/order", data=body, content_type="application/json").status_code == 422


def test_what_is_not_json_is_told_so(client: FlaskClient) -> None:
    response = client.post("/api/order", data="{", content_type="application/json")
    assert (response.status_code, (response.json or {})["detail"]) == (400, "The body is not JSON.")


def test_another_content_type_is_refused(client: FlaskClient) -> None:
    assert client.post("/api/order", data="size=2").status_code == 415


def test_an_empty_parameter_is_one_that_was_not_given(client: FlaskClient) -> None:
    response = client.get("/api/orders?size=3&kind=")
    assert response.json == {"told": "3 tea"}


def test_a_wrong_parameter_is_named(client: FlaskClient) -> None:
    response = client.get("/api/orders?size=many")
    assert response.status_code == 422
    assert (response.json or {})["fields"][0]["name"] == "size"
