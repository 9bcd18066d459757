"""The schemas that editors read, and the committed ones are those of the models."""

import json
from pathlib import Path

import yaml

from apex.specs.base import Spec
from apex.specs.kinds import KINDS
from apex.specs.schema import crd, files, json_schema

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_committed_schemas_are_those_of_the_models() -> None:
    folder = REPOSITORY / "catalog" / ".schema"
    committed = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}
    assert committed == files(), "run `apex schema --out catalog/.schema`"


def test_editors_are_told_of_the_schema() -> None:
    settings = json.loads((REPOSITORY / ".vscode" / "settings.json").read_text())
    ((schema, pattern),) = settings["yaml.schemas"].items()
    assert (REPOSITORY / schema).is_file()
    assert pattern == "catalog/**/*.yaml"


def test_a_schema_names_every_field_with_its_meaning() -> None:
    def missing(value: object, path: str) -> list[str]:
        if not isinstance(value, dict):
            return []
        own = [
            f"{path}.{key}"
            for key, part in value.get("properties", {}).items()
            if isinstance(part, dict) and not {"description", "const", "$ref"} & set(part)
        ]
        return own + [found for key, part in value.get("$defs", {}).items() for found in missing(part, key)]

    assert [found for kind in KINDS.values() for found in missing(json_schema(kind), kind.kind_name)] == []


def test_a_crd_says_what_the_model_says() -> None:
    schema = crd(KINDS["DataPipeline"])["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    spec = schema["properties"]["spec"]
    assert spec["required"] == ["source", "transformation", "destination"]
    source = spec["properties"]["source"]
    assert source["properties"]["type"]["enum"] == ["kafka", "s3", "kinesis", "jdbc"]
    assert {"rule": "self.type != 'kafka' || has(self.topic)", "message": "is missing; type kafka needs it",
            "fieldPath": ".topic"} in source["x-kubernetes-validations"]  # fmt: skip
    assert spec["properties"]["monitoring"]["properties"]["alerts"]["items"]["properties"]["type"]["enum"] == [
        "latency", "data-quality", "cost",
    ]  # fmt: skip


def test_no_kind_of_ours_takes_unknown_fields() -> None:
    def models(kind: type[Spec]) -> object:
        return kind.model_config.get("extra"), kind.model_config.get("frozen")

    assert {models(kind) for kind in KINDS.values()} == {("forbid", True)}


def test_every_file_can_be_read_back() -> None:
    for name, text in files().items():
        documents = list(yaml.safe_load_all(text)) if name.endswith(".yaml") else [json.loads(text)]
        assert all(documents)
