"""What other languages see of the AWS components: the schema that Pulumi's component host derives from them."""

import json

import pytest
from pulumi.provider.experimental.component import ComponentProvider

from components.cost_budget import BudgetPeriod, CostBudget
from components.kafka_cluster import KafkaCluster
from components.network import Network
from components.storage_tiers import StorageTiers
from components.vector_database import VectorDatabase

COMPONENTS = [CostBudget, KafkaCluster, Network, StorageTiers, VectorDatabase]


@pytest.fixture(scope="module")
def schema():
    return json.loads(ComponentProvider(COMPONENTS, "apex").schema)


def test_everything_that_can_be_set_or_read_is_explained(schema):
    described = {**schema["resources"], **schema["types"]}
    silent = [
        f"{token}.{name}"
        for token, entry in described.items()
        for part in ("inputProperties", "properties")
        for name, member in entry.get(part, {}).items()
        if not member.get("description")
    ]
    assert silent == []
    assert all(entry["description"] for entry in schema["resources"].values())


def test_what_is_required_is_what_has_no_default(schema):
    assert {token.split(":")[-1]: entry["requiredInputs"] for token, entry in schema["resources"].items()} == {
        "CostBudget": ["amount", "tags"],
        "KafkaCluster": ["subnetIds", "tags", "vpcId"],
        "Network": ["cidr", "tags"],
        "StorageTiers": ["tags"],
        "VectorDatabase": ["dimensions", "tags"],
    }


def test_every_optional_argument_says_what_happens_without_it(schema):
    unsaid = [
        f"{token}.{name}"
        for token, entry in schema["resources"].items()
        for name, member in entry["inputProperties"].items()
        if name not in entry["requiredInputs"] and "Default" not in member["description"]
    ]
    assert unsaid == []


def test_no_list_holds_enums_which_the_host_cannot_hand_over(schema):
    enums = {f"#/types/{token}" for token, entry in schema["types"].items() if "enum" in entry}
    held = [
        name
        for entry in [*schema["resources"].values(), *schema["types"].values()]
        for name, member in {**entry.get("inputProperties", {}), **entry.get("properties", {})}.items()
        if member.get("items", {}).get("$ref") in enums
    ]
    assert held == []


def test_arguments_as_the_host_hands_them_over_are_taken(provision, cost_tags):
    provider = ComponentProvider(COMPONENTS, "apex")
    args = provider.map_inputs(
        {
            "tags": cost_tags,
            "amount": "100",
            "period": "QUARTERLY",
            "emails": ["finops@example.com"],
            "thresholds": [{"percent": 90.0, "kind": "FORECASTED"}],
        },
        provider._component_defs["CostBudget"],
    )
    assert args["period"] is BudgetPeriod.QUARTERLY
    made = provision(lambda: CostBudget("all", args))
    budget = made.one("aws:budgets/budget:Budget").inputs
    assert (budget["timeUnit"], budget["notifications"][0]["notificationType"]) == ("QUARTERLY", "FORECASTED")
