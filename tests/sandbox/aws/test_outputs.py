"""What a resource answers with: unknown before the update, well-formed after it, kept over a change."""

import base64
import re
from typing import Any

import pytest

from sandbox.aws import schema, sdk
from sandbox.aws.provider import Provider
from sandbox.aws.values import UNKNOWN, as_secret, has_unknown

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
HERE = "eu-west-1:123456789012"


def HEX(prefix: str) -> str:
    return rf"{prefix}-[0-9a-f]{{17}}"


@pytest.fixture
def provider() -> Provider:
    made = Provider()
    made.configure({"region": "eu-west-1", "defaultTags": '{"tags":{"owner":"platform","team":"none"}}'})
    return made


def urn(token: str, name: str = "it") -> str:
    return f"urn:pulumi:dev::apex::{token}::{name}"


def made(provider: Provider, token: str, inputs: dict[str, Any], name: str = "it") -> tuple[str, dict[str, Any]]:
    checked, failures = provider.check(token, name, {}, inputs, b"s" * 32)
    assert failures == []
    state = provider.create(token, urn(token, name), checked, preview=False)
    return state.id, state.properties


def test_preview_knows_inputs_and_defaults_only(provider: Provider) -> None:
    inputs = {"bucket": "lake", "tags": {"team": "data"}}
    state = provider.create("aws:s3/bucket:Bucket", urn("aws:s3/bucket:Bucket"), inputs, preview=True)
    assert state.id == ""
    assert state.properties["bucket"] == "lake"
    assert state.properties["tagsAll"] == {"owner": "platform", "team": "data"}
    assert state.properties["region"] == "eu-west-1"
    for computed in ("arn", "bucketDomainName", "hostedZoneId"):
        assert state.properties[computed] == UNKNOWN


def test_unknown_tags_make_all_tags_unknown(provider: Provider) -> None:
    token = "aws:s3/bucket:Bucket"
    assert provider.create(token, urn(token), {"tags": UNKNOWN}, preview=True).properties["tagsAll"] == UNKNOWN
    state = provider.create(token, urn(token), {"tags": {"team": UNKNOWN}}, preview=True)
    assert state.properties["tagsAll"] == {"owner": "platform", "team": UNKNOWN}


CLUSTER = {"name": "k", "roleArn": "r", "vpcConfig": {"subnetIds": []}}
NODE_GROUP = {
    "clusterName": "k",
    "nodeGroupName": "g",
    "nodeRoleArn": "r",
    "subnetIds": ["subnet-1"],
    "scalingConfig": {"desiredSize": 1, "maxSize": 1, "minSize": 1},
}
IDENTITIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "aws:ec2/vpc:Vpc": ({"cidrBlock": "10.0.0.0/16"}, HEX("vpc"), rf"ec2:{HERE}:vpc/{HEX('vpc')}"),
    "aws:ec2/subnet:Subnet": ({"vpcId": "vpc-1"}, HEX("subnet"), rf"ec2:{HERE}:subnet/{HEX('subnet')}"),
    "aws:ec2/securityGroup:SecurityGroup": ({}, HEX("sg"), rf"ec2:{HERE}:security-group/{HEX('sg')}"),
    "aws:s3/bucket:Bucket": ({"bucket": "lake"}, "lake", "s3:::lake"),
    "aws:kms/key:Key": ({}, UUID, rf"kms:{HERE}:key/{UUID}"),
    "aws:iam/role:Role": (
        {"name": "r", "path": "/apex/", "assumeRolePolicy": "{}"},
        "r",
        "iam::123456789012:role/apex/r",
    ),
    "aws:iam/policy:Policy": (
        {"name": "p", "policy": "{}"},
        "arn:aws:iam::123456789012:policy/p",
        "iam::123456789012:policy/p",
    ),
    "aws:sns/topic:Topic": ({"name": "t"}, f"arn:aws:sns:{HERE}:t", f"sns:{HERE}:t"),
    "aws:eks/cluster:Cluster": (CLUSTER, "k", f"eks:{HERE}:cluster/k"),
    "aws:eks/nodeGroup:NodeGroup": (NODE_GROUP, "k:g", f"eks:{HERE}:nodegroup/k/g/{UUID}"),
    "aws:cloudwatch/logGroup:LogGroup": ({"name": "/eks/k"}, "/eks/k", f"logs:{HERE}:log-group:/eks/k"),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": (
        {"name": "spend", "monitorType": "CUSTOM"},
        rf"arn:aws:ce::123456789012:anomalymonitor/{UUID}",
        f"ce::123456789012:anomalymonitor/{UUID}",
    ),
    "aws:budgets/budget:Budget": (
        {"name": "team", "budgetType": "COST", "timeUnit": "MONTHLY"},
        "123456789012:team",
        "budgets::123456789012:budget/team",
    ),
    "aws:glue/registry:Registry": (
        {"registryName": "events"},
        f"arn:aws:glue:{HERE}:registry/events",
        f"glue:{HERE}:registry/events",
    ),
}


def test_secret_tags_stay_secret(provider: Provider) -> None:
    token = "aws:s3/bucket:Bucket"
    state = provider.create(token, urn(token), {"tags": as_secret({"a": "b"})}, preview=True)
    assert state.properties["tagsAll"] == as_secret({"owner": "platform", "team": "none", "a": "b"})


@pytest.mark.parametrize("token", IDENTITIES)
def test_ids_and_arns(provider: Provider, token: str) -> None:
    inputs, identity, arn = IDENTITIES[token]
    resource_id, state = made(provider, token, inputs)
    assert re.fullmatch(identity, resource_id)
    assert re.fullmatch(f"arn:aws:{arn}", state["arn"])


def test_cluster_answers(provider: Provider) -> None:
    inputs = {"name": "k", "roleArn": "r", "vpcConfig": {"subnetIds": ["subnet-1"]}}
    _, state = made(provider, "aws:eks/cluster:Cluster", inputs)
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.eu-west-1\.eks\.amazonaws\.com", state["endpoint"])
    issuer = state["identities"][0]["oidcs"][0]["issuer"]
    assert re.fullmatch(r"https://oidc\.eks\.eu-west-1\.amazonaws\.com/id/[0-9A-F]{32}", issuer)
    certificate = base64.b64decode(state["certificateAuthority"]["data"], validate=True)
    assert certificate.startswith(b"-----BEGIN CERTIFICATE-----\n")
    assert re.fullmatch(r"sg-[0-9a-f]{17}", state["vpcConfig"]["clusterSecurityGroupId"])
    assert state["vpcConfig"]["subnetIds"] == ["subnet-1"]


def test_broker_addresses(provider: Provider) -> None:
    inputs = {
        "clusterName": "events",
        "kafkaVersion": "3.6.0",
        "numberOfBrokerNodes": 2,
        "brokerNodeGroupInfo": {"instanceType": "kafka.t3.small", "clientSubnets": ["a", "b"], "securityGroups": ["s"]},
    }
    resource_id, state = made(provider, "aws:msk/cluster:Cluster", inputs)
    assert re.fullmatch(rf"arn:aws:kafka:eu-west-1:123456789012:cluster/events/{UUID}-\d+", resource_id)
    assert resource_id == state["arn"]
    hosts = state["bootstrapBrokersSaslIam"].split(",")
    assert len(hosts) == 2
    assert all(re.fullmatch(r"b-\d\.events\.[0-9a-f]{6}\.c2\.kafka\.eu-west-1\.amazonaws\.com:9098", h) for h in hosts)


def test_collection_endpoint(provider: Provider) -> None:
    token = "aws:opensearch/serverlessCollection:ServerlessCollection"
    resource_id, state = made(provider, token, {"name": "vectors", "type": "VECTORSEARCH"})
    assert re.fullmatch(r"[0-9a-z]{20}", resource_id)
    assert state["collectionEndpoint"] == f"https://{resource_id}.eu-west-1.aoss.amazonaws.com"
    assert state["arn"] == f"arn:aws:aoss:eu-west-1:123456789012:collection/{resource_id}"


def test_same_resource_is_the_same_everywhere_and_others_differ(provider: Provider) -> None:
    token = "aws:ec2/vpc:Vpc"
    assert made(provider, token, {"cidrBlock": "10.0.0.0/16"}) == made(provider, token, {"cidrBlock": "10.0.0.0/16"})
    assert made(provider, token, {}, "a")[0] != made(provider, token, {}, "b")[0]


def test_region_of_a_resource_wins(provider: Provider) -> None:
    _, state = made(provider, "aws:sns/topic:Topic", {"name": "t", "region": "us-west-2"})
    assert state["arn"] == "arn:aws:sns:us-west-2:123456789012:t"
    assert state["region"] == "us-west-2"


def test_change_in_place_keeps_what_the_service_chose(provider: Provider) -> None:
    inputs = {"name": "k", "roleArn": "r", "version": "1.32", "vpcConfig": {"subnetIds": ["subnet-1"]}}
    token = "aws:eks/cluster:Cluster"
    resource_id, old = made(provider, token, inputs)
    changed = {**inputs, "version": "1.33", "tags": {"a": "b"}}
    new = provider.update(token, resource_id, old, inputs, changed, preview=False)
    assert new["version"] == "1.33"
    assert new["tagsAll"] == {"owner": "platform", "team": "none", "a": "b"}
    assert not has_unknown(new)
    for kept in ("arn", "endpoint", "certificateAuthority", "identities", "vpcConfig"):
        assert new[kept] == old[kept]


def test_new_version_of_a_launch_template_is_unknown_until_made(provider: Provider) -> None:
    token = "aws:ec2/launchTemplate:LaunchTemplate"
    inputs = {"name": "gpu", "imageId": "ami-1"}
    resource_id, old = made(provider, token, inputs)
    assert old["latestVersion"] == 1

    def latest(new: dict[str, Any], *, preview: bool) -> Any:
        return provider.update(token, resource_id, old, inputs, new, preview=preview)["latestVersion"]

    assert latest({**inputs, "imageId": "ami-2"}, preview=True) == UNKNOWN
    assert latest({**inputs, "imageId": "ami-2"}, preview=False) == 2
    assert latest({**inputs, "tags": {"a": "b"}}, preview=True) == 1


def test_foreign_resource_is_read_by_its_id(provider: Provider) -> None:
    token = "aws:s3/bucket:Bucket"
    state, inputs = provider.read(token, urn(token), "their-bucket", {}, {})
    assert state["bucket"] == "their-bucket"
    assert state["arn"] == "arn:aws:s3:::their-bucket"
    assert inputs["bucket"] == "their-bucket"


def test_every_type_can_be_made_and_read_without_unknowns(provider: Provider) -> None:
    """Nothing in the SDK is beyond the generators, and no value has a type that its property does not have."""
    wrong = []
    for token in sdk.tokens():
        loaded = schema.load(token)
        assert loaded is not None
        required = {p.name: "given" for p in loaded.inputs.values() if not p.optional and p.type.kind == "str"}
        state = provider.create(token, urn(token), required, preview=False)
        if not state.id or has_unknown(state.properties):
            wrong.append(token)
        for name, value in state.properties.items():
            expected = {"str": str, "bool": bool, "int": int, "float": (int, float), "list": list, "map": dict}
            kind = loaded.outputs[name].type.kind
            if kind in expected and not isinstance(value, expected[kind]):
                wrong.append(f"{token} {name}")
    assert wrong == []
