"""The schemas of a cluster's records, in the Glue registry."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.nested_arguments import NestedArguments


class SchemaFormat(StrEnum):
    """In what language a schema is written."""

    AVRO = "AVRO"
    """Apache Avro, as JSON."""
    JSON = "JSON"
    """JSON Schema."""
    PROTOBUF = "PROTOBUF"
    """Protocol Buffers, proto2 or proto3."""


class SchemaCompatibility(StrEnum):
    """Which new versions of a schema the registry takes."""

    NONE = "NONE"
    """Any."""
    DISABLED = "DISABLED"
    """None: the first version stays."""
    BACKWARD = "BACKWARD"
    """Those with which readers understand records of the last version."""
    BACKWARD_ALL = "BACKWARD_ALL"
    """Those with which readers understand records of all versions."""
    FORWARD = "FORWARD"
    """Those whose records readers of the last version understand."""
    FORWARD_ALL = "FORWARD_ALL"
    """Those whose records readers of all versions understand."""
    FULL = "FULL"
    """Both ways with the last version."""
    FULL_ALL = "FULL_ALL"
    """Both ways with all versions."""


class KafkaSchema(TypedDict):
    """The schema of a topic's records."""

    name: str
    """What it is called, usually its topic's name."""
    format: SchemaFormat
    """Its language."""
    definition: str
    """The schema itself."""
    compatibility: NotRequired[SchemaCompatibility]
    """Which new versions are taken. Default: those with which readers understand the last version (BACKWARD)."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema as it is made."""

    name: str
    format: SchemaFormat
    definition: str
    compatibility: SchemaCompatibility


def read_schemas(check: NestedArguments) -> tuple[Schema, ...]:
    """The schemas that the arguments hold; one whose text is not of its language is refused."""
    schemas = []
    for item in check.items("schemas"):
        item.allow_only(KafkaSchema.__annotations__)
        name = item.text("name", r"[A-Za-z0-9$._-]{1,255}", "a name of letters, digits, '$', '.', '_', '-'")
        if not item.has("format"):
            item.refuse("format", "is missing; write AVRO, JSON or PROTOBUF")
        language = item.choice("format", SchemaFormat, SchemaFormat.AVRO)
        definition = item.text("definition", r"(?s).{1,170000}", "the text of the schema, at most 170,000 characters")
        if problem := definition and _problem(language, definition):
            item.refuse("definition", problem)
        compatibility = item.choice("compatibility", SchemaCompatibility, SchemaCompatibility.BACKWARD)
        schemas.append(Schema(name, language, definition, compatibility))
    names = [schema.name for schema in schemas]
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        check.refuse("schemas", f'"{repeated}" is there twice; write each once')
    return tuple(schemas)


def register(name: str, schemas: Sequence[Schema], tags: CostTags, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A registry with the schemas; its ARN."""
    registry = aws.glue.Registry(
        f"{name}-schemas",
        registry_name=name,
        description=f"Schemas of the records in {name}",
        tags=tags.aws(Name=f"{name}-schemas"),
        opts=opts,
    )
    for schema in schemas:
        aws.glue.Schema(
            f"{name}-schema-{schema.name}",
            schema_name=schema.name,
            registry_arn=registry.arn,
            data_format=schema.format.value,
            compatibility=schema.compatibility.value,
            schema_definition=schema.definition,
            tags=tags.aws(Name=schema.name),
            opts=opts,
        )
    return registry.arn


def _problem(language: SchemaFormat, text: str) -> str | None:
    if language is SchemaFormat.PROTOBUF:
        return (
            None
            if re.search(r"\bmessage\s+\w+\s*\{", text) and text.count("{") == text.count("}")
            else ("is not Protocol Buffers: it needs a message, and as many '}' as '{'")
        )
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return f"is not JSON, in which {language.value} schemas are written (line {error.lineno}: {error.msg})"
    if language is SchemaFormat.AVRO:
        return _avro_problem(document, "schema")
    return None if isinstance(document, dict | bool) else "is not a JSON Schema: write an object"


def _avro_problem(node: object, place: str) -> str | None:
    if isinstance(node, str):
        return None if re.fullmatch(r"[A-Za-z_][\w.]*", node) else f'{place}: "{node}" is not the name of an Avro type'
    if isinstance(node, list):
        return next((found for item in node if (found := _avro_problem(item, place))), None)
    if not isinstance(node, dict) or "type" not in node:
        return f"{place} is not an Avro type: it needs a `type`"
    return _avro_complex_problem(node, place)


def _avro_complex_problem(node: dict[str, object], place: str) -> str | None:
    kind = node["type"]
    if kind in ("record", "enum", "fixed") and not node.get("name"):
        return f"{place} is an Avro {kind} without a name; add `name`"
    if kind == "record":
        fields = node.get("fields")
        if not isinstance(fields, list):
            return f"{place} is an Avro record without fields; add `fields`"
        for item in fields:
            if not isinstance(item, dict) or not item.get("name") or "type" not in item:
                return f"{place}.fields: {item!r} needs a name and a type"
            if found := _avro_problem(item["type"], f"{place}.{item['name']}"):
                return found
        return None
    if kind == "enum":
        return None if node.get("symbols") else f"{place} is an Avro enum without symbols; add `symbols`"
    if kind == "fixed":
        return None if isinstance(node.get("size"), int) else f"{place} is an Avro fixed without a size; add `size`"
    if kind in ("array", "map"):
        part = "items" if kind == "array" else "values"
        return _avro_problem(node[part], f"{place}.{part}") if part in node else f"{place} needs `{part}`"
    return _avro_problem(kind, place)
