"""The settings of both environments as arguments of the components."""

import pulumi
import pytest

from stack import arguments


class Network:
    """What the mapping reads of the network."""

    vpc_id = "vpc-1"
    private_subnet_ids = ("subnet-a", "subnet-b")


class Cluster:
    """What the mapping reads of the cluster."""

    cluster_name = "dev-cluster"
    node_role_arn = "arn:aws:iam::123456789012:role/node"


def test_the_network_is_that_of_the_settings(environment):
    dev, prod = (arguments.network(environment(name)) for name in ("dev", "prod"))
    assert {key: str(value) for key, value in dev.items() if key != "tags"} == {
        "cidr": "10.20.0.0/16",
        "zone_count": "2",
        "nat": "single",
        "flow_log_retention_days": "14",
        "cluster_name": "dev-cluster",
    }
    assert prod["zone_count"] == 3


def test_everything_of_the_platform_carries_the_platforms_tags(environment):
    env = environment("dev")
    for args in (
        arguments.network(env),
        arguments.storage_tiers(env),
        arguments.kafka_cluster(env, Network()),
        arguments.kubernetes_cluster(env, Network()),
        arguments.cpu_pool(env, Network(), Cluster()),
    ):
        assert (args["tags"]["team"], args["tags"]["environment"]) == ("platform", "dev")


def test_tiers_age_as_the_settings_say(environment):
    dev, prod = (
        {tier["name"]: tier for tier in arguments.storage_tiers(environment(name))["tiers"]} for name in ("dev", "prod")
    )
    assert list(dev) == ["raw", "curated", "features", "archive"]
    assert dev["raw"]["data_classes"][0]["expire_after_days"] == 90
    assert dev["archive"]["data_classes"][0]["expire_after_days"] == 365
    assert {tier["noncurrent_expire_after_days"] for tier in dev.values()} == {14}
    assert "object_lock" not in dev["archive"]
    assert prod["archive"]["object_lock"]["retention_days"] > 0


def test_production_is_protected(environment):
    for name, protected in (("dev", False), ("prod", True)):
        env = environment(name)
        assert arguments.storage_tiers(env)["deletion_protection"] is protected
        assert arguments.kafka_cluster(env, Network())["deletion_protection"] is protected
        assert arguments.vector_database(env, Network())["deletion_protection"] is protected


def test_pools_are_bounded_by_the_settings(environment):
    env = environment("dev")
    (pool,) = env.settings.gpu_pools
    gpu = arguments.gpu_pool(env, pool, Network(), Cluster())
    assert (gpu["min_size"], gpu["max_size"], gpu["capacity_type"].value) == (0, 2, "SPOT")
    assert gpu["office_hours"] == {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"}
    assert gpu["tags"]["team"] == "vision"
    cpu = arguments.cpu_pool(env, Network(), Cluster())
    assert (cpu["min_size"], cpu["max_size"], cpu["instance_types"]) == (1, 3, ["m6i.xlarge"])


def test_a_service_runs_in_the_namespace_of_a_team(environment, spaces):
    env = environment("dev")
    (service,) = env.settings.inference
    args = arguments.inference_service(env, service, spaces)
    assert (args["namespace"], args["min_replicas"], args["max_replicas"], args["gpus"]) == ("vision", 1, 2, 1)
    assert args["tags"]["cost-center"] == "cc-1001"
    with pytest.raises(pulumi.RunError) as error:
        arguments.inference_service(env, service, {"speech": spaces["speech"]})
    assert str(error.value) == (
        'Pulumi.dev.yaml: apex:inference: namespace "vision" of captioner belongs to no team; use one of speech, '
        "or add it to the catalog's Ownership"
    )
