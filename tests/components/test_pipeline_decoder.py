"""The program that decodes Avro: every type, both registries' headers, and records that are not of the schema."""

import base64
import json
import struct

import pytest

from components.pipeline_programs.decode_avro import decode, handler

SCHEMA = {
    "type": "record",
    "name": "Reading",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "axis", "type": {"type": "enum", "name": "Axis", "symbols": ["X", "Y"]}},
        {"name": "g", "type": "double"},
        {"name": "note", "type": ["null", "string"]},
        {"name": "parts", "type": {"type": "array", "items": "int"}},
        {"name": "marks", "type": {"type": "map", "values": "boolean"}},
        {"name": "again", "type": ["null", "Axis"]},
    ],
}
RECORD = (
    b"\x04m1" + b"\xd0\x0f" + b"\x02" + struct.pack("<d", 1.5) + b"\x02\x04ok" + b"\x04\x01\x7e\x00"
    + b"\x02\x02k\x01\x00" + b"\x02\x00"
)  # fmt: skip
VALUE = {
    "id": "m1",
    "at": 1000,
    "axis": "Y",
    "g": 1.5,
    "note": "ok",
    "parts": [-1, 63],
    "marks": {"k": True},
    "again": "X",
}


@pytest.mark.parametrize(
    "header", [b"", b"\x03\x00" + bytes(16), b"\x00\x00\x00\x00\x07"], ids=["none", "glue", "other"]
)
def test_a_record_is_decoded_whatever_registry_wrote_it(header):
    assert decode(header + RECORD, SCHEMA) == VALUE


@pytest.mark.parametrize("data", [b"", b"\x04m", RECORD + b"\x00", b"\xff" * 40])
def test_what_is_not_of_the_schema_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        decode(data, SCHEMA)


def test_firehose_gets_lines_and_hears_of_what_is_wrong(monkeypatch):
    monkeypatch.setenv("SCHEMA", json.dumps(SCHEMA))
    good, bad = (base64.b64encode(data).decode() for data in (RECORD, b"?"))
    records = [{"recordId": "1", "kafkaRecordValue": good}, {"recordId": "2", "data": bad}]
    first, second = handler({"records": records}, None)["records"]
    assert (first["recordId"], first["result"]) == ("1", "Ok")
    assert json.loads(base64.b64decode(first["kafkaRecordValue"])) == VALUE
    assert second == {"recordId": "2", "result": "ProcessingFailed", "data": bad}
