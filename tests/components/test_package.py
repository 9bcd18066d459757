"""What other programs see of the components: the package's schema, and its host between the engine and a component."""

import importlib
import json
import tomllib
from pathlib import Path

import pulumi
import pytest
from pulumi.errors import InputPropertiesError

from components import package
from components.cost_budget import BudgetPeriod, SpendKind

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def schema():
    return package.schema()


def members(schema):
    """Every property of every component and type: its place, itself, and whether it may be left out."""
    for token, entry in schema["resources"].items():
        for name, member in entry["inputProperties"].items():
            yield f"{token}.{name}", member, name not in entry["requiredInputs"]
        for name, member in entry["properties"].items():
            yield f"{token}.{name}", member, False
    for token, entry in schema["types"].items():
        for name, member in entry.get("properties", {}).items():
            yield f"{token}.{name}", member, name not in entry.get("required", ())


def test_every_component_is_offered():
    found = set()
    for file in (ROOT / "components").glob("[a-z]*.py"):
        module = importlib.import_module(f"components.{file.stem}")
        found |= {
            each
            for each in vars(module).values()
            if issubclass(type(each), type)  # asked of an SDK's lazy module, isinstance would load it
            and issubclass(each, pulumi.ComponentResource)
            and each.__module__ == module.__name__
        }
    assert found == set(package.COMPONENTS)
    assert list(package.COMPONENTS) == sorted(package.COMPONENTS, key=lambda each: each.__name__)


def test_everything_that_can_be_set_or_read_is_explained(schema):
    assert [place for place, member, _ in members(schema) if not member.get("description")] == []
    assert [
        token for token, entry in {**schema["resources"], **schema["types"]}.items() if not entry["description"]
    ] == []
    values = [(token, value) for token, entry in schema["types"].items() for value in entry.get("enum", ())]
    assert values
    assert [f"{token}.{value['name']}" for token, value in values if not value.get("description")] == []


def test_descriptions_are_not_indented_as_their_docstrings_are(schema):
    assert [place for place, member, _ in members(schema) if "\n  " in member["description"]] == []


def test_every_optional_argument_says_what_happens_without_it(schema):
    assert [
        place for place, member, optional in members(schema) if optional and "Default:" not in member["description"]
    ] == []


def test_what_is_required_is_what_has_no_default(schema):
    required = {token.split(":")[-1]: set(entry["requiredInputs"]) for token, entry in schema["resources"].items()}
    assert required["KafkaCluster"] == {"subnetIds", "tags", "vpcId"}
    assert required["StorageTiers"] == {"tags"}
    assert required["GpuNodePool"] == {"clusterName", "nodeRoleArn", "subnetIds", "tags"}
    assert required["InferenceService"] == {"cpu", "image", "maxReplicas", "memory", "minReplicas", "namespace", "tags"}
    assert required["ModelService"] == {"governance", "service"}
    assert all("tags" in names for name, names in required.items() if name != "ModelService")


def test_choices_are_enums_with_their_values(schema):
    kind = schema["types"]["apex:index:KafkaKind"]
    assert (kind["type"], [value["value"] for value in kind["enum"]]) == (
        "string",
        ["standard", "express", "serverless"],
    )
    assert (
        schema["resources"]["apex:index:KafkaCluster"]["inputProperties"]["kind"]["$ref"]
        == "#/types/apex:index:KafkaKind"
    )


def test_no_collection_holds_enums_which_the_host_cannot_hand_over(schema):
    enums = {f"#/types/{token}" for token, entry in schema["types"].items() if "enum" in entry}
    held = [
        place
        for place, member, _ in members(schema)
        if {member.get(of, {}).get("$ref") for of in ("items", "additionalProperties")} & enums
    ]
    assert held == []


def test_schema_is_the_same_from_run_to_run(schema):
    assert json.dumps(package.schema()) == json.dumps(schema)


def test_version_is_the_distribution_s(schema):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert schema["version"] == package.VERSION == project["version"]
    assert schema["name"] == "apex"


def test_arguments_arrive_as_a_python_program_would_write_them(provision, cost_tags):
    inputs = {
        "tags": cost_tags,
        "amount": "100",
        "period": "QUARTERLY",
        "emails": ["finops@example.com"],
        "thresholds": [{"percent": 90.0, "kind": "FORECASTED"}],
    }
    made = provision(lambda: package.Package().construct("all", "apex:index:CostBudget", inputs))
    budget = made.one("aws:budgets/budget:Budget").inputs
    assert budget["timeUnit"] == BudgetPeriod.QUARTERLY.value
    assert budget["notifications"][0]["notificationType"] == SpendKind.FORECASTED.value
    assert made.one("all-budget").parent_name == "all"


def test_whole_numbers_in_nested_arguments_are_whole(provision, cost_tags):
    inputs = {
        "tags": cost_tags,
        "namespace": "vision",
        "image": "registry.example.com/captioner@sha256:" + "a" * 64,
        "cpu": "2",
        "memory": "8Gi",
        "minReplicas": 1.0,
        "maxReplicas": 2.0,
        "env": {"REGIME": "gdpr"},
        "allowedNetworks": [{"cidr": "10.0.0.0/8", "ports": [9098.0]}],
    }
    seen = {}
    host = package.Package()

    def build():
        with pytest.MonkeyPatch.context() as patch:
            kind = package.InferenceService
            patch.setattr(kind, "__init__", lambda self, name, args, opts: seen.update(args))
            patch.setattr(package.Package, "get_state", lambda self, made, definition: {})
            patch.setattr(kind, "urn", "urn", raising=False)
            host.construct("captioner", "apex:index:InferenceService", inputs)

    provision(build)
    ports = seen["allowed_networks"][0]["ports"]
    assert [type(value) for value in (*ports, seen["min_replicas"])] == [int, int]


def test_wrong_arguments_are_told_by_their_names_in_the_schema(cost_tags):
    inputs = {"tags": cost_tags, "cidr": "10.0.0.0/8", "zoneCount": 9}
    with pytest.raises(InputPropertiesError) as error:
        package.Package().construct("net", "apex:index:Network", inputs)
    told = {each["property_path"]: each["reason"] for each in error.value.errors}
    assert told.keys() == {"cidr", "zoneCount"}
    assert told["zoneCount"].startswith("net.zone_count: 9 ")


def test_what_is_decided_on_must_be_known(provision, cost_tags, unknown):
    def build():
        inputs = {"tags": cost_tags, "vpcId": unknown(), "subnetIds": unknown()}
        with pytest.raises(InputPropertiesError) as error:
            package.Package().construct("events", "apex:index:KafkaCluster", inputs)
        return error.value.errors

    made = provision(build)
    assert [each["property_path"] for each in made.value] == ["subnetIds"]
    assert "each element may be an output" in made.value[0]["reason"]
    assert made.resources == ()
