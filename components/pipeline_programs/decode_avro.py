"""Runs in AWS Lambda for Firehose: records in binary Avro become lines of JSON, by the schema in the environment."""

import base64
import io
import json
import os
import struct

_HEADERS = {3: 18, 0: 5}
"""What stands before a record, by its first byte: the Glue registry's header, and that of other registries."""


def handler(event, context):
    """Decode each record; what is not of the schema is told to be wrong, and Firehose keeps it apart."""
    schema = json.loads(os.environ["SCHEMA"])
    return {"records": [_transform(record, schema) for record in event["records"]]}


def _transform(record, schema):
    # Firehose has the records of Kafka under another name than those of streams.
    key = "kafkaRecordValue" if "kafkaRecordValue" in record else "data"
    try:
        line = json.dumps(decode(base64.b64decode(record[key]), schema)).encode() + b"\n"
        result = {"result": "Ok", key: base64.b64encode(line).decode()}
    except (EOFError, IndexError, KeyError, UnicodeDecodeError, ValueError, struct.error):
        result = {"result": "ProcessingFailed", key: record[key]}
    return {"recordId": record["recordId"], **result}


def decode(data, schema):
    """The record in `data`, with or without a registry's header. Raises ValueError where it is not of `schema`."""
    problem = None
    lengths = {0, _HEADERS.get(data[0], 0) if data else 0}
    for length in sorted(lengths, reverse=True):
        stream = io.BytesIO(data[length:])
        try:
            value = _read(schema, stream, _names(schema, {}))
        except (EOFError, IndexError, UnicodeDecodeError, ValueError, struct.error) as error:
            problem = error
            continue
        if not stream.read(1):
            return value
        problem = ValueError("more bytes than the schema has fields")
    raise ValueError(str(problem))


def _names(schema, found):
    """The named types within `schema`, which it may refer to again."""
    if isinstance(schema, list):
        for branch in schema:
            _names(branch, found)
    elif isinstance(schema, dict):
        if "name" in schema and schema["type"] in ("enum", "fixed", "record"):
            found[schema["name"]] = schema
        for inner in (schema.get("items"), schema.get("values"), *(f["type"] for f in schema.get("fields", []))):
            _names(inner, found)
        if isinstance(schema.get("type"), dict | list):
            _names(schema["type"], found)
    return found


def _read(schema, stream, names):
    if isinstance(schema, list):
        return _read(schema[_long(stream)], stream, names)
    kind = schema["type"] if isinstance(schema, dict) else schema
    if isinstance(kind, dict | list):
        return _read(kind, stream, names)
    if kind in names and not isinstance(schema, dict):
        return _read(names[kind], stream, names)
    if kind == "record":
        return {field["name"]: _read(field["type"], stream, names) for field in schema["fields"]}
    if kind == "enum":
        return schema["symbols"][_long(stream)]
    if kind == "array":
        return [item for _ in _blocks(stream) for item in [_read(schema["items"], stream, names)]]
    if kind == "map":
        return {_text(stream): _read(schema["values"], stream, names) for _ in _blocks(stream)}
    if kind == "fixed":
        return base64.b64encode(_take(stream, schema["size"])).decode()
    return _PRIMITIVES[kind](stream)


def _blocks(stream):
    while count := _long(stream):
        if count < 0:
            count = -count
            _long(stream)
        yield from range(count)


def _long(stream):
    shift = value = 0
    while True:
        byte = _take(stream, 1)[0]
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return (value >> 1) ^ -(value & 1)
        if shift > 63:
            raise ValueError("a number is longer than 64 bits")


def _take(stream, size):
    data = stream.read(size) if size >= 0 else b""
    if len(data) != size:
        raise EOFError("the record ends too early")
    return data


def _text(stream):
    return _take(stream, _long(stream)).decode()


_PRIMITIVES = {
    "null": lambda stream: None,
    "boolean": lambda stream: _take(stream, 1) == b"\x01",
    "int": _long,
    "long": _long,
    "float": lambda stream: struct.unpack("<f", _take(stream, 4))[0],
    "double": lambda stream: struct.unpack("<d", _take(stream, 8))[0],
    "bytes": lambda stream: base64.b64encode(_take(stream, _long(stream))).decode(),
    "string": _text,
}
