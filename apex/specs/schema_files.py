"""The schema files that a Platform names: there, inside the catalog, of a fair size, and in their language."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from apex.specs.catalog import Declaration
from apex.specs.document import MAX_BYTES, Path_
from apex.specs.platform import Platform, SchemaFile


def check_schema_files(declaration: Declaration[Platform], root: Path | None) -> Iterator[tuple[Path_, str]]:
    """What is wrong with the schema files of `declaration`; without `root` the folder of its file bounds them."""
    folder = declaration.file.parent
    bound = (root or folder).resolve()
    for at, schema in enumerate(declaration.model.spec.schemas):
        problem = _problem(schema, folder / schema.file, bound)
        if problem is not None:
            yield ("spec", "schemas", at, "file"), f'"{schema.file}" {problem}'


def _problem(schema: SchemaFile, file: Path, bound: Path) -> str | None:
    if not file.resolve().is_relative_to(bound):
        return "leads out of the catalog; put the file itself there"
    if not file.is_file():
        return "is not there; add the file, or correct its name"
    if file.stat().st_size > MAX_BYTES:
        return f"has more than {MAX_BYTES} bytes; a schema is smaller"
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8 text; save it as UTF-8"
    return _problem_of_text(schema, text)


def _problem_of_text(schema: SchemaFile, text: str) -> str | None:
    if schema.type == "protobuf":
        if not re.search(r"^\s*message\s+\w+\s*\{", text, re.MULTILINE):
            return "declares no message; write a protobuf schema"
        return None
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        return f"is not JSON ({error}); correct it"
    if not isinstance(document, dict):
        return "is not a JSON object; write a schema"
    if schema.type == "avro" and document.get("type") != "record":
        return "is no Avro record; write type, name and fields"
    return None


def columns(schema: SchemaFile, folder: Path) -> tuple[str, ...]:
    """The columns of the records that `schema` describes; none where its file is wrong, or its language has none."""
    file = folder / schema.file
    if schema.type == "protobuf" or not file.is_file() or _problem(schema, file, folder.resolve()) is not None:
        return ()
    document = json.loads(file.read_text(encoding="utf-8"))
    if schema.type == "json":
        properties = document.get("properties")
        return tuple(properties) if isinstance(properties, dict) else ()
    fields = document.get("fields")
    named = [field.get("name") for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []
    return tuple(name for name in named if isinstance(name, str))
