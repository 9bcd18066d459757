"""Property values as plain Python: the protocol's structs, with unknowns and secrets told apart from data."""

from collections.abc import Iterator
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

UNKNOWN = rpc.UNKNOWN
"""What stands for a value that is not known before the update; the engine reads it as unknown of any type."""

_UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
SIGNATURE = rpc._special_sig_key
_SECRET = rpc._special_secret_sig


def decode(message: struct_pb2.Struct) -> dict[str, Any]:
    """A struct as a dict; secrets and assets keep the signed form they travel in."""
    return {key: _decode(value) for key, value in message.fields.items()}


def _decode(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return decode(value.struct_value)
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind in (None, "null_value") else getattr(value, kind)


def encode(values: dict[str, Any]) -> struct_pb2.Struct:
    """A dict as a struct; None stays an explicit null."""
    message = struct_pb2.Struct()
    for key, value in values.items():
        message.fields[key].CopyFrom(_encode(value))
    return message


def _encode(value: Any) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, list | tuple):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode(item) for item in value]))
    return struct_pb2.Value(struct_value=encode(value))


def is_unknown(value: Any) -> bool:
    """Whether this very value is unknown (not one inside it)."""
    return isinstance(value, str) and value in _UNKNOWNS


def is_secret(value: Any) -> bool:
    """Whether this value is wrapped as a secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == _SECRET


def as_secret(value: Any) -> Any:
    """A value wrapped as a secret, once."""
    return value if is_secret(value) else {SIGNATURE: _SECRET, "value": value}


def has_secret(value: Any) -> bool:
    """Whether a value is a secret or has one inside."""
    if is_secret(value):
        return True
    if isinstance(value, dict):
        return any(has_secret(item) for item in value.values())
    return isinstance(value, list) and any(has_secret(item) for item in value)


def is_signed(value: Any) -> bool:
    """Whether this dict is an asset, an archive, a secret or a reference and no plain object."""
    return isinstance(value, dict) and SIGNATURE in value


def reveal(value: Any) -> Any:
    """A value without its secret wrappers, at every depth."""
    if is_secret(value):
        return reveal(value.get("value"))
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether anything inside a value is unknown."""
    return any(is_unknown(leaf) for leaf in _leaves(value))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
