"""Schemas: their syntax, and which version may follow which."""

import json

import pytest

from components.schema_change import problem_with_change, problem_with_schema
from components.schema_options import SchemaCompatibility, SchemaFormat

AVRO, JSON, PROTOBUF = SchemaFormat.AVRO, SchemaFormat.JSON, SchemaFormat.PROTOBUF


def record(*fields):
    parts = [dict(zip(("name", "type", "default"), field, strict=False)) for field in fields]
    return json.dumps({"type": "record", "name": "Frame", "fields": parts})


def document(required=(), closed=False, **properties):
    found = {"type": "object", "properties": properties, "required": list(required)}
    return json.dumps({**found, "additionalProperties": False} if closed else found)


def proto(*fields, syntax="proto3"):
    return f'syntax = "{syntax}"; message Frame {{ {" ".join(f"{field};" for field in fields)} }}'


ONE = record(("camera", "string"))
OPTIONAL = record(("camera", "string"), ("lens", ["null", "string"], None))
REQUIRED = record(("camera", "string"), ("lens", "string"))
WIDER = record(("camera", "string"), ("size", "long"))
NARROWER = record(("camera", "string"), ("size", "int"))


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        (AVRO, "{", "is not JSON, in which AVRO schemas are written (line 1"),
        (AVRO, '{"type": "record", "name": "S"}', "is not an Avro schema: "),
        (AVRO, record(("camera", "strng")), 'is not an Avro schema: Type property "strng"'),
        (AVRO, '{"type": "enum", "name": "E", "symbols": ["a", "a"]}', "is not an Avro schema: Duplicate symbol"),
        (JSON, "[]", "is not a JSON Schema: write an object"),
        (JSON, '{"type": "obj"}', "is not a JSON Schema: type: 'obj' is not valid under any of the given schemas"),
        (JSON, '{"properties": {"a": {"minimum": "x"}}}', "is not a JSON Schema: properties/a/minimum: 'x' is not of"),
        (PROTOBUF, proto("string camera = 1", "string lens = 1"), "is not Protocol Buffers: 1:"),
        (PROTOBUF, proto("strng camera = 1"), 'is not Protocol Buffers: 1:36: "strng" is not defined.'),
        (PROTOBUF, 'syntax = "proto3"; enum E { A = 0; }', "is not Protocol Buffers of a record: it has no message"),
    ],
)
def test_what_is_no_schema_is_told_with_its_place(language, text, reason):
    problem = problem_with_schema(language, text)
    assert problem is not None
    assert problem.startswith(reason)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (AVRO, '"string"'),
        (AVRO, OPTIONAL),
        (JSON, document(camera={"type": "string"})),
        (JSON, "true"),
        (PROTOBUF, proto("string camera = 1")),
        (PROTOBUF, proto("required string camera = 1", syntax="proto2")),
        (
            PROTOBUF,
            'syntax="proto3"; import "google/protobuf/timestamp.proto"; message A {google.protobuf.Timestamp t=1;}',
        ),
    ],
)
def test_what_is_a_schema_is_taken(language, text):
    assert problem_with_schema(language, text) is None


STRING, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}

CHANGES = [
    # language, old, new, whether new readers understand old records, whether old readers understand new ones
    (AVRO, ONE, OPTIONAL, True, True),
    (AVRO, ONE, REQUIRED, False, True),
    (AVRO, REQUIRED, ONE, True, False),
    (AVRO, NARROWER, WIDER, True, False),
    (AVRO, WIDER, NARROWER, False, True),
    (AVRO, ONE, record(("lens", "string")), False, False),
    (JSON, document(camera=STRING), document(camera=STRING, lens=STRING), True, True),
    (JSON, document(camera=STRING), document(["lens"], camera=STRING, lens=STRING), False, True),
    (JSON, document(["camera"], camera=STRING), document(camera=STRING), True, False),
    (JSON, document(size=WHOLE), document(size=NUMBER), True, False),
    (JSON, document(size=STRING), document(size=NUMBER), False, False),
    (JSON, document(closed=True, a=STRING), document(closed=True, a=STRING, b=STRING), True, False),
    (JSON, document(a=STRING), document(closed=True, a=STRING), False, True),
    (JSON, document(a={"enum": [1, 2]}), document(a={"enum": [1, 2, 3]}), True, False),
    (JSON, document(a={"enum": [1, 2]}), document(a={"type": "integer"}), True, False),
    (JSON, document(a={"type": "string", "maxLength": 9}), document(a={"type": "string", "maxLength": 5}), False, True),
    (JSON, document(a={"type": "integer", "minimum": 1}), document(a=WHOLE), True, False),
    (
        JSON,
        document(a={"type": "string", "pattern": "a"}),
        document(a={"type": "string", "pattern": "b"}),
        False,
        False,
    ),
    (JSON, document(a={"type": "array", "items": WHOLE}), document(a={"type": "array", "items": NUMBER}), True, False),
    (JSON, document(a=STRING), document(a={"anyOf": [STRING, NUMBER]}), True, False),
    (JSON, document(a={"anyOf": [STRING, NUMBER]}), document(a={"anyOf": [STRING, WHOLE]}), False, True),
    (JSON, document(a={"oneOf": [STRING, NUMBER]}), document(a=NUMBER), False, True),
    (JSON, "true", document(a=STRING), False, True),
    (JSON, document(a=STRING), "false", False, True),
    (PROTOBUF, proto("string a = 1"), proto("string a = 1", "int32 b = 2"), True, True),
    (PROTOBUF, proto("string a = 1", "int32 b = 2"), proto("string a = 1"), True, True),
    (PROTOBUF, proto("int32 a = 1"), proto("int64 a = 1"), True, True),
    (PROTOBUF, proto("int32 a = 1"), proto("string a = 1"), False, False),
    (PROTOBUF, proto("string a = 1"), proto("repeated string a = 1"), False, False),
    (
        PROTOBUF,
        proto("optional string a = 1", syntax="proto2"),
        proto("optional string a = 1", "required string b = 2", syntax="proto2"),
        False,
        True,
    ),
    (PROTOBUF, proto("string a = 1"), 'syntax = "proto3"; message Image { string a = 1; }', False, False),
]


@pytest.mark.parametrize(("language", "old", "new", "backward", "forward"), CHANGES)
def test_each_mode_takes_and_refuses_what_it_says(language, old, new, backward, forward):
    def taken(mode):
        return problem_with_change(language, SchemaCompatibility(mode), [old], new) is None

    assert (taken("BACKWARD"), taken("FORWARD"), taken("FULL")) == (backward, forward, backward and forward)
    assert taken("NONE")
    assert not taken("DISABLED")


def test_the_all_modes_look_at_every_version_and_the_others_at_the_last():
    # Each version can be read with the next, the first not with the third: a field lost its default meanwhile.
    with_default = record(("camera", "string"), ("lens", "string", "none"))
    versions = [ONE, with_default]
    assert problem_with_change(AVRO, SchemaCompatibility.BACKWARD, versions, REQUIRED) is None
    problem = problem_with_change(AVRO, SchemaCompatibility.BACKWARD_ALL, versions, REQUIRED)
    assert problem is not None
    assert problem.startswith("cannot read records of version 1, which BACKWARD_ALL wants: ")
    assert "lens" in problem


def test_the_message_names_the_version_the_mode_and_the_reason():
    old, new = document(camera=STRING), document(["lens"], camera=STRING, lens=STRING)
    assert problem_with_change(JSON, SchemaCompatibility.BACKWARD, [old], new) == (
        "cannot read records of version 1, which BACKWARD wants: $ requires lens, which may be missing"
    )
    assert problem_with_change(PROTOBUF, SchemaCompatibility.FORWARD, [proto("int32 a = 1")], proto("bytes a = 1")) == (
        "writes records that version 1 cannot read, which FORWARD wants: "
        "Frame.a (number 1) is written as BYTES and read as INT32"
    )


def test_references_are_followed_and_cycles_end():
    def tree(leaf):
        node = {"type": "object", "properties": {"leaf": leaf, "next": {"$ref": "#/definitions/node"}}}
        return json.dumps({"$ref": "#/definitions/node", "definitions": {"node": node}})

    assert problem_with_change(JSON, SchemaCompatibility.FULL, [tree(WHOLE)], tree(WHOLE)) is None
    assert problem_with_change(JSON, SchemaCompatibility.BACKWARD, [tree(WHOLE)], tree(NUMBER)) is None
    assert "$.leaf may be number" in problem_with_change(JSON, SchemaCompatibility.FORWARD, [tree(WHOLE)], tree(NUMBER))
    lost = json.dumps({"$ref": "https://example.com/other"})
    assert "refers to something" in problem_with_change(JSON, SchemaCompatibility.BACKWARD, [tree(WHOLE)], lost)


def test_a_version_that_only_looks_different_is_the_same_when_none_may_follow():
    spaced = json.dumps(json.loads(ONE), indent=4)
    assert problem_with_change(AVRO, SchemaCompatibility.DISABLED, [ONE], spaced) is None
