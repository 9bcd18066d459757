"""The schemas of a cluster's records, in the Glue registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.nested_arguments import NestedArguments
from components.schema_options import SchemaCompatibility, SchemaFormat

_MOST_CHARACTERS = 170_000


class KafkaSchema(TypedDict):
    """The schema of a topic's records. Give `definition` or `definition_file`."""

    name: str
    """What it is called, usually its topic's name."""
    format: SchemaFormat
    """Its language."""
    definition: NotRequired[str]
    """The schema itself. Default: what `definition_file` holds."""
    definition_file: NotRequired[str]
    """A file with the schema, from the program's folder. Default: none."""
    compatibility: NotRequired[SchemaCompatibility]
    """Which new versions are taken. Default: those with which readers understand the last version (BACKWARD)."""
    earlier_definitions: NotRequired[list[str]]
    """The versions before it, the oldest first: one that breaks the compatibility is refused before anything is
    deployed. Default: none, the registry alone judges, and late."""
    earlier_definition_files: NotRequired[list[str]]
    """Files with the versions before it, the oldest first; instead of `earlier_definitions`. Default: none."""


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
        compatibility = item.choice("compatibility", SchemaCompatibility, SchemaCompatibility.BACKWARD)
        definition = _read_definition(item, language, compatibility)
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


def _read_definition(item: NestedArguments, language: SchemaFormat, mode: SchemaCompatibility) -> str:
    """The schema's text; one that is no schema, or that breaks with its earlier versions, is refused."""
    if item.has("definition") == item.has("definition_file"):
        item.refuse("definition", "and definition_file: give one of them")
        return ""
    where = "definition" if item.has("definition") else "definition_file"
    text = _read_file(item, where, str(item.given(where, ""))) if where == "definition_file" else _read_text(item)
    if not text:
        return ""
    # The libraries of three languages take a while to load; a program without schemas does not wait for them.
    from components.schema_change import problem_with_change, problem_with_schema

    if problem := problem_with_schema(language, text):
        item.refuse(where, problem)
        return text
    earlier = _read_earlier(item, language, problem_with_schema)
    if problem := problem_with_change(language, mode, earlier, text):
        item.refuse(where, f"{problem}; make it compatible, or give it another name")
    return text


def _read_text(item: NestedArguments) -> str:
    return item.text("definition", r"(?s).{1,170000}", "the text of the schema, at most 170,000 characters")


def _read_earlier(
    item: NestedArguments, language: SchemaFormat, problem_with_schema: Callable[[SchemaFormat, str], str | None]
) -> list[str]:
    if item.has("earlier_definitions") and item.has("earlier_definition_files"):
        item.refuse("earlier_definitions", "and earlier_definition_files are both given; keep one of them")
    texts = [(f"earlier_definitions[{i}]", text) for i, text in enumerate(item.texts("earlier_definitions"))]
    texts += [
        (f"earlier_definition_files[{i}]", _read_file(item, "earlier_definition_files", file))
        for i, file in enumerate(item.texts("earlier_definition_files"))
    ]
    known = []
    for place, text in texts:
        if problem := text and problem_with_schema(language, text):
            item.refuse(place, problem)
        elif text:
            known.append(text)
    return known


def _read_file(item: NestedArguments, argument: str, file: str) -> str:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        item.refuse(argument, f'"{file}" cannot be read: {reason}; write a path from the program\'s folder')
        return ""
    if not 0 < len(text) <= _MOST_CHARACTERS:
        item.refuse(argument, f'"{file}" has {len(text)} characters; a schema has from 1 to {_MOST_CHARACTERS:,}')
        return ""
    return text
