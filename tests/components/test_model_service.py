"""ModelService: the server with its limits, its log and its budget."""

import json

import pytest

from components.model_service import ModelService

IMAGE = "registry.example.com/captioner@sha256:" + "a" * 64


@pytest.fixture
def args(cost_tags):
    return {
        "service": {
            "tags": cost_tags,
            "namespace": "vision",
            "image": IMAGE,
            "cpu": "2",
            "memory": "8Gi",
            "min_replicas": 1,
            "max_replicas": 3,
        },
        "governance": {"equal_opportunity_difference": "0.1", "demographic_parity_difference": "0.05"},
        "audit_retention_days": 365,
        "daily_limit": "80",
        "emails": ["vision@example.com"],
    }


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    made = provision(lambda: ModelService("captioner", args))
    assert sorted(
        line for line in made.tree() if "InferenceService" in line or not line.startswith("captioner > k")
    ) == [
        "apex-dev > apex:index:ModelService captioner",
        "captioner > apex:index:CostBudget captioner-daily",
        "captioner > apex:index:InferenceService captioner",
        "captioner > aws:cloudwatch/logGroup:LogGroup captioner-audit",
        "captioner > aws:kms/alias:Alias captioner-audit-alias",
        "captioner > aws:kms/key:Key captioner-audit",
        *sorted(line for line in made.tree() if line.startswith("captioner-daily > ")),
    ]
    assert made.untagged(args["service"]["tags"]) == []


def test_monitors_read_the_limits(provision, args):
    config = provision(lambda: ModelService("captioner", args)).one("captioner-governance")
    assert config.type == "kubernetes:core/v1:ConfigMap"
    assert config.inputs["metadata"]["name"] == "captioner-governance"
    assert config.inputs["metadata"]["namespace"] == "vision"
    assert config.inputs["metadata"]["labels"]["cost-center"] == "cc-100"
    assert config.inputs["data"] == args["governance"]


def test_log_of_decisions_is_encrypted_by_a_key_for_it_alone(provision, args):
    made = provision(lambda: ModelService("captioner", args))
    log = made.one("aws:cloudwatch/logGroup:LogGroup").inputs
    assert (log["name"], log["retentionInDays"]) == ("/apex/dev/captioner/audit", 365)
    assert log["kmsKeyId"] == "arn:aws:kms:us-east-1:123456789012:captioner-audit"
    policy = json.loads(made.one("aws:kms/key:Key").inputs["policy"])
    logs = next(each for each in policy["Statement"] if "Service" in each["Principal"])
    assert logs["Condition"] == {
        "ArnEquals": {
            "kms:EncryptionContext:aws:logs:arn": (
                "arn:aws:logs:us-east-1:123456789012:log-group:/apex/dev/captioner/audit"
            )
        }
    }
    assert made.outputs["audit_log_group_name"] == "/apex/dev/captioner/audit"


def test_day_is_bounded_by_a_budget_of_the_same_owner(provision, args):
    budget = provision(lambda: ModelService("captioner", args)).one("aws:budgets/budget:Budget").inputs
    assert (budget["timeUnit"], budget["limitAmount"], budget["limitUnit"]) == ("DAILY", "80", "USD")
    values = {value for each in budget["costFilters"] for value in each["values"]}
    assert values == {
        "user:cost-center$cc-100",
        "user:data-modality$image.text",
        "user:environment$dev",
        "user:project$atlas",
        "user:team$ml-platform",
    }


def test_log_and_budget_are_made_where_asked_for_only(provision, args):
    for absent in ("audit_retention_days", "daily_limit", "emails"):
        del args[absent]
    made = provision(lambda: ModelService("captioner", args))
    assert not [kind for kind in made.count() if kind.startswith("aws:")]
    assert made.outputs["audit_log_group_name"] == ""
    assert made.outputs["url"] == "http://captioner.vision.svc.cluster.local"


def test_its_namespace_may_be_unknown_at_preview(provision, args, unknown):
    def build():
        return ModelService("captioner", {**args, "service": {**args["service"], "namespace": unknown()}})

    made = provision(build, preview=True)
    assert made.one("captioner-governance").inputs["data"] == args["governance"]
    assert made.one("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"] == 365


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"governance": {}}, "captioner.governance: is empty; name at least one measure and its limit"),
        ({"emails": []}, "captioner.emails: is empty, so nobody hears of the budget; add an address"),
        (
            {"audit_retention_days": 100},
            "captioner.audit_retention_days: 100 is not a retention CloudWatch Logs has; use 120",
        ),
        (
            {"dayly_limit": "80"},
            "captioner.dayly_limit: is not an argument; use one of audit_retention_days, daily_limit, emails, "
            "governance, service",
        ),
    ],
)
def test_wrong_arguments_are_refused_at_once(refused, args, change, message):
    assert refused(lambda: ModelService("captioner", {**args, **change})) == [message]
