"""AI components of the catalog as arguments: nothing that was declared is lost, and nothing is made up."""

import re

import pulumi
import pytest

from components.arguments import Arguments
from components.inference_plan import InferencePlan
from stack.declared_models import PROMETHEUS, models

CAPTIONER, ASSISTANT = "base/vision/scene-captioner.yaml", "base/speech/voice-assistant.yaml"


@pytest.fixture
def made(environment, spaces):
    """The arguments of every model, by name."""
    return lambda copy, name=None, env="dev": dict(models(environment(env), copy.load(name), spaces))


@pytest.fixture
def refusal(made):
    """The one message with which the catalog is refused."""

    def say(copy, name=None, env="dev"):
        with pytest.raises(pulumi.RunError) as error:
            made(copy, name, env)
        return re.sub(r"yaml:\d+:", "yaml:2:", str(error.value)).replace(str(copy.root), "catalog")

    return say


def test_each_environment_serves_every_model(made, copy):
    for name in ("dev", "prod"):
        assert sorted(made(copy, name, name)) == ["machine-anomaly", "scene-captioner", "voice-assistant"]


def test_a_model_is_served_as_declared(made, copy):
    args = made(copy)["scene-captioner"]
    service = dict(args["service"])
    assert service["image"] == (
        "models.example.com/scene-captioner:1.4.2"
        "@sha256:12f37c29ed5aa4f407dd423ba8c8ba633e0e5846248e26d829e3494380666663"
    )
    assert (service["cpu"], service["memory"], service["gpus"]) == ("2", "8Gi", 1)
    assert (service["min_replicas"], service["max_replicas"]) == (1, 2)
    assert service["namespace"] == "vision"
    assert {key: service["tags"][key] for key in ("project", "team", "cost-center", "data-modality")} == {
        "project": "atlas",
        "team": "vision",
        "cost-center": "cc-1001",
        "data-modality": "image.text",
    }
    assert args["governance"] == {
        "anonymizationRequired": "true",
        "dataPrivacyLevel": "GDPR_compliant",
        "demographic_parity_difference": "0.1",
        "equal_opportunity_difference": "0.1",
        "model": "scene-captioner:1.4.2",
        "monitoringEndpoint": "https://fairness.example.com/scene-captioner",
    }
    assert (args["daily_limit"], args["emails"]) == ("80", ["vision@example.com"])


def test_a_log_is_kept_at_least_as_long_as_asked_for(made, copy):
    kept = {name: made(copy.edit(CAPTIONER, old, new))["scene-captioner"].get("audit_retention_days")
            for name, old, new in (
                ("365", "logRetentionDays: 365", "logRetentionDays: 365"),
                ("366", "logRetentionDays: 365", "logRetentionDays: 366"),
                ("off", "enabled: true", "enabled: false"),
            )}  # fmt: skip
    assert kept == {"365": 365, "366": 400, "off": None}


def test_models_on_gpus_grow_with_the_use_of_those(made, copy):
    found = made(copy.edit(ASSISTANT, "targetCPUUtilizationPercentage: 70", "targetCPUUtilizationPercentage: 100"))
    assert found["scene-captioner"]["service"]["scaling"] == {
        "signal": "gpu", "target": 65, "prometheus_address": PROMETHEUS,
    }  # fmt: skip
    assert found["voice-assistant"]["service"]["scaling"] == {"target": 95}


def test_one_replica_has_no_share_to_give(made, copy):
    dev, prod = (made(copy, name, name)["voice-assistant"]["service"]["release"] for name in ("dev", "prod"))
    assert (dev["strategy"], prod["strategy"]) == ("blueGreen", "canary")
    assert dev["metrics"] == prod["metrics"]


@pytest.mark.parametrize(
    ("measure", "metric"),
    [
        (("success-rate", "0.99"), {"name": "error_rate", "maximum": 0.01}),
        (("error-rate", "2%"), {"name": "error_rate", "maximum": 0.02}),
        (("latency-p99", "250ms"), {"name": "latency_p99", "maximum": 0.25}),
        (("latency_p50", "1m30s"), {"name": "latency_p50", "maximum": 90.0}),
        (
            ("latency-p42", "1s"),
            {
                "name": "latency_p42",
                "maximum": 1.0,
                "query": 'max(latency_p42{namespace="{{args.namespace}}",pod=~".*-{{args.hash}}-.*"})',
            },
        ),
        (
            ("accuracy", "0.9"),
            {
                "name": "accuracy",
                "maximum": 0.1,
                "query": '1 - min(accuracy{namespace="{{args.namespace}}",pod=~".*-{{args.hash}}-.*"})',
            },
        ),
        (
            ("feature-drift", "0.2"),
            {
                "name": "feature_drift",
                "maximum": 0.2,
                "query": 'max(feature_drift{namespace="{{args.namespace}}",pod=~".*-{{args.hash}}-.*"})',
            },
        ),
    ],
)
def test_measures_become_greatest_values(made, copy, measure, metric):
    copy.edit(
        CAPTIONER,
        "- name: success-rate\n        threshold: 0.99",
        f"- name: {measure[0]}\n        threshold: {measure[1]}",
    )
    assert made(copy)["scene-captioner"]["service"]["release"]["metrics"][0] == metric


def test_of_two_measures_of_one_thing_the_stricter_holds(made, copy):
    copy.edit(
        CAPTIONER, "- name: latency-p95\n        threshold: 800ms", "- name: error-rate\n        threshold: 0.002"
    )
    assert made(copy)["scene-captioner"]["service"]["release"]["metrics"] == [{"name": "error_rate", "maximum": 0.002}]


def test_what_is_not_to_be_taken_back_waits(made, copy):
    copy.edit(CAPTIONER, "rollbackOnFailure: true", "rollbackOnFailure: false")
    assert made(copy)["scene-captioner"]["service"]["release"]["rollback"] is False


def test_every_notation_of_kubernetes_reaches_the_component(made, copy):
    copy.edit(CAPTIONER, 'cpu: "2"', "cpu: +.5").edit(CAPTIONER, "memory: 8Gi", "memory: 8e9")
    service = made(copy.edit(CAPTIONER, 'gpu: "1"', "gpu: 1e0"))["scene-captioner"]["service"]
    plan = InferencePlan("dev-scene-captioner", Arguments("dev-scene-captioner", service), service)
    assert (plan.cpu, plan.memory, plan.gpus) == (".5", "8e9", 1)


@pytest.mark.parametrize("environment_name", ["dev", "prod"])
def test_what_the_catalog_declares_is_accepted(made, copy, environment_name):
    for name, args in made(copy, environment_name, environment_name).items():
        service = {**args["service"], "image": f"{args['service']['image'].partition('@')[0]}@sha256:{'a' * 64}"}
        InferencePlan(f"{environment_name}-{name}", Arguments(name, service), service)


def test_an_unknown_registry_is_told_with_its_place(refusal, copy):
    (copy.root / "base" / "platform.yaml").unlink()
    assert refusal(copy) == (
        "catalog/base/sensing/machine-anomaly.yaml:2: MultimodalAIComponent machine-anomaly: spec.model.repository: "
        'there is no registry "model-registry"; use one of none, or add it to the catalog\'s Platform'
    )


def test_production_runs_only_what_nobody_can_change(refusal, made, copy):
    text = (copy.root / CAPTIONER).read_text()
    digest = next(line for line in text.splitlines() if "digest:" in line)
    copy.edit(CAPTIONER, digest + "\n", "")
    assert made(copy)["scene-captioner"]["service"]["image"] == "models.example.com/scene-captioner:1.4.2"
    assert refusal(copy, "prod", "prod") == (
        "catalog/base/vision/scene-captioner.yaml:2: MultimodalAIComponent scene-captioner: spec.model.digest is "
        "missing, and prod runs only images that nobody can change; write the digest that "
        "models.example.com/scene-captioner:1.4.2 has"
    )


def test_a_name_that_leaves_no_room_is_told_with_its_place(refusal, copy):
    long = "a" * 40
    copy.edit(CAPTIONER, "  name: scene-captioner\n  namespace", f"  name: {long}\n  namespace")
    assert refusal(copy) == (
        f'catalog/base/vision/scene-captioner.yaml:2: MultimodalAIComponent {long}: metadata.name: "dev-{long}" is too '
        "long for the names of its objects; use at most 39 characters"
    )


def test_a_namespace_of_nobody_is_told_with_its_place(refusal, copy):
    copy.edit(CAPTIONER, "namespace: vision", "namespace: visoin")
    assert refusal(copy) == (
        "catalog/base/vision/scene-captioner.yaml:2: MultimodalAIComponent scene-captioner: metadata.namespace: "
        '"visoin" belongs to no team; use one of language, platform, sensing, speech, vision, or add it to the '
        "catalog's Ownership"
    )
