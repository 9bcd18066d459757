"""Whether a schema is one, and whether it may follow its earlier versions under a compatibility mode.

The registry would refuse the same later, in the middle of a deployment, or take it, and readers would fail at night.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

import avro.compatibility
import avro.errors
import avro.schema
from jsonschema import exceptions, validators

from components.json_schema_change import unread_by as unread_by_json
from components.protobuf_change import compile_protobuf
from components.protobuf_change import unread_by as unread_by_protobuf
from components.schema_options import SchemaCompatibility, SchemaFormat

_BOTH = ("FULL", "FULL_ALL")


def problem_with_schema(language: SchemaFormat, text: str) -> str | None:
    """Why `text` is no schema of `language`, or None."""
    try:
        _PARSERS[language](text)
    except ValueError as error:
        return str(error)
    return None


def problem_with_change(
    language: SchemaFormat, mode: SchemaCompatibility, earlier: Sequence[str], text: str
) -> str | None:
    """Why `text` cannot follow the versions `earlier`, the oldest first, under `mode`; None where it can.

    All texts are schemas of `language`.
    """
    if not earlier or mode is SchemaCompatibility.NONE:
        return None
    parse = _PARSERS[language]
    new, versions = parse(text), [(index, parse(old)) for index, old in enumerate(earlier, 1)]
    if mode is SchemaCompatibility.DISABLED:
        return None if _same(earlier[-1], text) else "differs from the earlier version, and DISABLED takes no other"
    if not mode.value.endswith("_ALL"):
        versions = versions[-1:]
    for index, old in versions:
        for reader, writer, wanted, told in (
            (new, old, "BACKWARD", f"cannot read records of version {index}"),
            (old, new, "FORWARD", f"writes records that version {index} cannot read"),
        ):
            if mode.value.startswith(wanted) or mode.value in _BOTH:
                reason = _UNREAD[language](reader, writer)
                if reason:
                    return f"{told}, which {mode.value} wants: {reason}"
    return None


def _same(old: str, new: str) -> bool:
    return "".join(old.split()) == "".join(new.split())


def _parse_avro(text: str) -> Any:
    _parse_document(text, "AVRO")
    try:
        return avro.schema.parse(text)
    except avro.errors.AvroException as error:
        raise ValueError(f"is not an Avro schema: {error}") from None


def _parse_json_schema(text: str) -> Any:
    document = _parse_document(text, "JSON")
    if not isinstance(document, dict | bool):
        raise ValueError("is not a JSON Schema: write an object")
    try:
        validators.validator_for(document, validators.Draft7Validator).check_schema(document)
    except exceptions.SchemaError as error:
        place = "/".join(map(str, error.absolute_path)) or "the schema"
        raise ValueError(f"is not a JSON Schema: {place}: {error.message}") from None
    return document


def _parse_document(text: str, language: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"is not JSON, in which {language} schemas are written (line {error.lineno}: {error.msg})"
        raise ValueError(message) from None


def _unread_avro(reader: Any, writer: Any) -> str | None:
    checker = avro.compatibility.ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    found = checker.get_compatibility(reader, writer)
    if found.compatibility is avro.compatibility.SchemaCompatibilityType.compatible:
        return None
    return "; ".join(sorted(str(message) for message in found.messages))


_PARSERS: dict[SchemaFormat, Callable[[str], Any]] = {
    SchemaFormat.AVRO: _parse_avro,
    SchemaFormat.JSON: _parse_json_schema,
    SchemaFormat.PROTOBUF: compile_protobuf,
}
_UNREAD: dict[SchemaFormat, Callable[[Any, Any], str | None]] = {
    SchemaFormat.AVRO: _unread_avro,
    SchemaFormat.JSON: unread_by_json,
    SchemaFormat.PROTOBUF: unread_by_protobuf,
}
