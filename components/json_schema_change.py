"""Whether one JSON Schema admits what another writes.

Writers are taken to write the properties their schema knows: a reader may know more optional ones. What cannot be
judged, such as a changed `not`, counts as a break: a schema that says the same in plainer words can be.
"""

import operator
from collections.abc import Mapping
from typing import Any

_NOTES = frozenset(
    {"$comment", "$id", "$schema", "default", "definitions", "$defs", "description", "examples", "title"}
)
_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_JUDGED = frozenset(
    {"$ref", "additionalProperties", "anyOf", "const", "enum", "items", "oneOf", "properties", "required", "type"}
) | {*_LEAST, *_MOST}
_Pairs = frozenset[tuple[str, str]]


def unread_by(reader: Any, writer: Any) -> str | None:
    """Why `reader` refuses something that `writer` admits; None where it refuses nothing."""
    return _Judge(reader, writer).unread(reader, writer, "$", frozenset())


class _Judge:
    def __init__(self, reader: Any, writer: Any) -> None:
        self._reader_root = reader
        self._writer_root = writer

    def unread(self, reader: Any, writer: Any, place: str, seen: _Pairs) -> str | None:
        pair = (_reference(reader), _reference(writer))
        if any(pair):
            if pair in seen:
                return None
            seen |= {pair}
        reader, writer = _resolve(reader, self._reader_root), _resolve(writer, self._writer_root)
        if reader is None or writer is None:
            return f"{place} refers to something that is not in the schema"
        if reader is True or reader == {} or writer is False or reader == writer:
            return None
        if reader is False:
            return f"{place} is no longer admitted"
        writer = {} if writer is True else writer
        return (
            _unread_type(reader, writer, place)
            or _unread_values(reader, writer, place)
            or _unread_bounds(reader, writer, place)
            or self._unread_object(reader, writer, place, seen)
            or self._unread_items(reader, writer, place, seen)
            or self._unread_choice(reader, writer, place, seen)
            or _unjudged(reader, writer, place)
        )

    def _unread_object(
        self, reader: Mapping[str, Any], writer: Mapping[str, Any], place: str, seen: _Pairs
    ) -> str | None:
        missing = sorted(set(reader.get("required", ())) - set(writer.get("required", ())))
        if missing:
            return f"{place} requires {', '.join(missing)}, which may be missing"
        read, written = reader.get("properties", {}), writer.get("properties", {})
        others = reader.get("additionalProperties", True)
        for name, schema in sorted(written.items()):
            if found := self.unread(read.get(name, others), schema, f"{place}.{name}", seen):
                return found
        if writer.get("additionalProperties", True) is False:
            return None
        return self.unread(others, writer.get("additionalProperties", True), f"{place}.*", seen)

    def _unread_items(
        self, reader: Mapping[str, Any], writer: Mapping[str, Any], place: str, seen: _Pairs
    ) -> str | None:
        mine, theirs = reader.get("items", True), writer.get("items", True)
        if isinstance(mine, list) or isinstance(theirs, list):
            return None if mine == theirs else f"{place} lists other items by position, which cannot be judged"
        return self.unread(mine, theirs, f"{place}[]", seen)

    def _unread_choice(
        self, reader: Mapping[str, Any], writer: Mapping[str, Any], place: str, seen: _Pairs
    ) -> str | None:
        for word in ("anyOf", "oneOf"):
            read, written = reader.get(word), writer.get(word)
            if read == written:
                continue
            rest = {key: value for key, value in writer.items() if key != word}
            choices = [{**rest, **choice} if isinstance(choice, Mapping) else choice for choice in written or [rest]]
            for index, choice in enumerate(choices):
                if all(self.unread(mine, choice, place, seen) for mine in (read or [reader])):
                    return f"{place} no longer admits choice {index + 1} of {len(choices)}"
        return None


def _reference(schema: Any) -> str:
    return str(schema["$ref"]) if isinstance(schema, Mapping) and "$ref" in schema else ""


def _resolve(schema: Any, root: Any) -> Any:
    reference = _reference(schema)
    if not reference:
        return schema
    found = root
    for part in reference.removeprefix("#").strip("/").split("/") if reference.startswith("#") else [""]:
        if part:
            found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
        elif reference != "#":
            return None
    return found


def _unread_type(reader: Mapping[str, Any], writer: Mapping[str, Any], place: str) -> str | None:
    if "type" not in reader:
        return None
    admitted = _types(reader["type"])
    if "number" in admitted:
        admitted |= {"integer"}
    if "type" not in writer:
        return None if "enum" in writer or "anyOf" in writer or "oneOf" in writer else f"{place} may be of any type"
    refused = sorted(_types(writer["type"]) - admitted)
    return f"{place} may be {', '.join(refused)}" if refused else None


def _types(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def _unread_values(reader: Mapping[str, Any], writer: Mapping[str, Any], place: str) -> str | None:
    read, written = _values(reader), _values(writer)
    if read is None:
        return None
    if written is None:
        return f"{place} may have other values than those listed"
    refused = [value for value in written if value not in read]
    return f"{place} may be {', '.join(map(str, refused))}" if refused else None


def _values(schema: Mapping[str, Any]) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _unread_bounds(reader: Mapping[str, Any], writer: Mapping[str, Any], place: str) -> str | None:
    for words, tighter in ((_LEAST, operator.gt), (_MOST, operator.lt)):
        for word in words:
            if word in reader and (word not in writer or tighter(reader[word], writer[word])):
                return f"{place} has the {word} {reader[word]}, which is tighter"
    return None


def _unjudged(reader: Mapping[str, Any], writer: Mapping[str, Any], place: str) -> str | None:
    words = sorted(word for word in reader if word not in _JUDGED | _NOTES and reader[word] != writer.get(word))
    return f"{place} has another {words[0]}, which cannot be judged" if words else None
