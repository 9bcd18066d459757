"""Whether one Protocol Buffers schema reads what another writes, as it lies on the wire."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2

_FILE = "schema.proto"
_SECONDS = 60
_Field = Any
_SAME_ON_THE_WIRE = (
    ("BOOL", "INT32", "INT64", "UINT32", "UINT64", "ENUM"),
    ("SINT32", "SINT64"),
    ("FIXED32", "SFIXED32"),
    ("FIXED64", "SFIXED64"),
    ("STRING", "BYTES"),
)


def compile_protobuf(text: str) -> Any:
    """The schema's descriptor; ValueError with the compiler's own message where it is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / _FILE, Path(folder) / "made"
        source.write_text(text)
        # In a process of its own: the compiler writes its messages to the terminal, past Python.
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={folder}", f"--descriptor_set_out={made}"]
        done = subprocess.run([*command, _FILE], capture_output=True, text=True, check=False, timeout=_SECONDS)
        errors = [line for line in done.stderr.splitlines() if line.startswith(_FILE) and ": warning" not in line]
        if done.returncode:
            said = errors[0].removeprefix(f"{_FILE}:") if errors else done.stderr.strip()
            raise ValueError(f"is not Protocol Buffers: {said}")
        (file,) = descriptor_pb2.FileDescriptorSet.FromString(made.read_bytes()).file
    if not file.message_type:
        raise ValueError("is not Protocol Buffers of a record: it has no message")
    return file


def unread_by(reader: Any, writer: Any) -> str | None:
    """Why `reader` misreads something that `writer` writes; None where it misreads nothing."""
    read, written = dict(_messages(reader)), dict(_messages(writer))
    for name, message in sorted(written.items()):
        if name not in read:
            return f"the message {name} is gone"
        if found := _unread_message(name, read[name], message):
            return found
    return None


def _messages(file: Any) -> Iterator[tuple[str, Any]]:
    def below(prefix: str, messages: Any) -> Iterator[tuple[str, Any]]:
        for message in messages:
            name = f"{prefix}{message.name}"
            yield name, message
            yield from below(f"{name}.", message.nested_type)

    yield from below("", file.message_type)


def _unread_message(name: str, reader: Any, writer: Any) -> str | None:
    read = {field.number: field for field in reader.field}
    written = {field.number: field for field in writer.field}
    for number, field in sorted(read.items()):
        place = f"{name}.{field.name}"
        other = written.get(number)
        if other is None:
            if field.label == field.LABEL_REQUIRED:
                return f"{place} is required and may be missing"
        elif found := _unread_field(place, field, other):
            return found
    return None


def _unread_field(place: str, reader: _Field, writer: _Field) -> str | None:
    if _wire(reader) != _wire(writer):
        return f"{place} (number {reader.number}) is written as {_type(writer)} and read as {_type(reader)}"
    if (reader.label == reader.LABEL_REPEATED) != (writer.label == writer.LABEL_REPEATED):
        return f"{place} is repeated on one side only"
    if reader.label == reader.LABEL_REQUIRED and writer.label != writer.LABEL_REQUIRED:
        return f"{place} is required and may be missing"
    return None


def _wire(field: _Field) -> tuple[str, str]:
    kind = _type(field)
    if kind in ("MESSAGE", "GROUP"):
        return kind, field.type_name.removeprefix(".").rpartition(".")[2]
    group = next((group[0] for group in _SAME_ON_THE_WIRE if kind in group), kind)
    return group, ""


def _type(field: _Field) -> str:
    return str(descriptor_pb2.FieldDescriptorProto.Type.Name(field.type)).removeprefix("TYPE_")
