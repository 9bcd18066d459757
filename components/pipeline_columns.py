"""The columns of a table, from the schema of its records."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.schema_options import SchemaFormat

_AVRO = {"boolean": "boolean", "bytes": "binary", "double": "double", "float": "float", "int": "int", "long": "bigint"}
_JSON = {"boolean": "boolean", "integer": "bigint", "number": "double", "string": "string"}
_DQDL = {"bigint": "Long", "int": "Integer", "double": "Double", "float": "Float", "boolean": "Boolean"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as Glue has it; a required one is in every record."""

    name: str
    type: str
    required: bool = False

    @property
    def quality_type(self) -> str:
        """What a data quality rule calls its type; empty for text, which is always valid."""
        return _DQDL.get(self.type, "")


def columns_of(form: SchemaFormat, definition: str) -> tuple[Column, ...]:
    """The columns of records of this schema; none for protobuf, whose records stay as they are."""
    if form is SchemaFormat.PROTOBUF:
        return ()
    document = json.loads(definition)
    if form is SchemaFormat.AVRO:
        return tuple(_avro(field) for field in document.get("fields", []))
    required = document.get("required", [])
    return tuple(Column(name, _json(each), name in required) for name, each in document.get("properties", {}).items())


def _avro(field: Mapping[str, Any]) -> Column:
    kind = field["type"]
    branches = kind if isinstance(kind, list) else [kind]
    known = [branch for branch in branches if branch != "null"]
    return Column(field["name"], _avro_type(known[0] if len(known) == 1 else "string"), len(known) == len(branches))


def _avro_type(kind: Any) -> str:
    if isinstance(kind, str):
        return _AVRO.get(kind, "string")
    if kind["type"] == "array":
        return f"array<{_avro_type(kind['items'])}>"
    if kind["type"] == "map":
        return f"map<string,{_avro_type(kind['values'])}>"
    if kind["type"] == "record":
        inner = ",".join(f"{column.name}:{column.type}" for column in map(_avro, kind["fields"]))
        return f"struct<{inner}>"
    return "string" if kind["type"] == "enum" else _avro_type(kind["type"])


def _json(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "string")
    kinds = [each for each in (kind if isinstance(kind, list) else [kind]) if each != "null"]
    first = kinds[0] if len(kinds) == 1 else "string"
    if first == "array":
        return f"array<{_json(schema.get('items') or {})}>"
    if first == "object":
        inner = ",".join(f"{name}:{_json(each)}" for name, each in schema.get("properties", {}).items())
        return f"struct<{inner}>" if inner else "string"
    return _JSON.get(first, "string")
