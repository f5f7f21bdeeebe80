from typing import Any

import pytest

from app.engine.assistant.schema import fit

MOOD = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "enum": ["good", "bad"]},
        "score": {"type": "number", "minimum": -1, "maximum": 1},
    },
}


@pytest.mark.parametrize(
    ("schema", "value", "fitted"),
    [
        (MOOD, {"label": "bad", "score": -0.5}, {"label": "bad", "score": -0.5}),
        (MOOD, {"label": "odd", "more": 1}, {"label": "good", "score": -1}),
        ({"type": "array", "items": {"type": "integer"}}, [1, "two"], [1, 0]),
        ({"type": "array", "items": {"type": "integer"}}, None, []),
        ({"type": ["string", "null"]}, None, ""),
        ({"type": "null"}, None, None),
        ({"type": "boolean"}, "yes", False),
        ({"const": 3}, 4, 3),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text", "text"),
        ({"type": "object"}, {"any": "thing"}, {"any": "thing"}),
        (
            {"$defs": {"x": MOOD}, "$ref": "#/$defs/x"},
            {"label": "bad", "score": 1},
            {"label": "bad", "score": 1},
        ),
    ],
)
def test_a_value_is_fitted_to_its_schema(schema: dict[str, Any], value: Any, fitted: Any) -> None:
    assert fit(schema, value) == fitted
