"""Fitting values to a JSON schema, for answers asked for with `response_format`."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def fit(schema: Schema, value: Any, root: Schema | None = None) -> Any:
    """`value` where the schema has room for it, and the smallest valid value everywhere else.

    Knows what OpenAI's strict schemas may hold: types, enums, constants, references, objects and arrays.
    """
    root = schema if root is None else root
    match schema:
        case {"$ref": str(path)}:
            target: Any = root
            for part in path.removeprefix("#").strip("/").split("/"):
                target = target[part] if part else target
            return fit(target, value, root)
        case {"anyOf": [first, *_]}:
            return fit(first, value, root)
        case {"const": constant}:
            return constant
        case {"enum": [first, *_] as allowed}:
            return value if value in allowed else first
        case {"type": [str(kind), *_]} | {"type": str(kind)}:
            return _of_type(kind, schema, value, root)
    return value


def _of_type(kind: str, schema: Schema, value: Any, root: Schema) -> Any:
    if kind == "object":
        fields = value if isinstance(value, dict) else {}
        parts = schema.get("properties")
        return fields if parts is None else {name: fit(parts[name], fields.get(name), root) for name in parts}
    if kind == "array":
        return [fit(schema.get("items", {}), item, root) for item in value] if isinstance(value, list) else []
    if isinstance(value, SCALARS.get(kind, ())):
        return value
    least = schema.get("minimum", 0)
    return {"string": "", "integer": least, "number": least, "boolean": False}.get(kind)
