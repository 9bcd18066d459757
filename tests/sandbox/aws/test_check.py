"""What the provider refuses, word for word, and the inputs it completes."""

from typing import Any

import pytest

from sandbox.aws.provider import Autonaming, Provider, ProviderError
from sandbox.aws.values import UNKNOWN, as_secret

BUCKET = "aws:s3/bucket:Bucket"
SEED = b"s" * 32


def refusals(token: str, inputs: dict[str, Any]) -> dict[str, str]:
    _, failures = Provider().check(token, "thing", {}, inputs, SEED)
    return {failure.property: failure.reason for failure in failures}


def test_unknown_property_names_the_close_ones() -> None:
    assert refusals(BUCKET, {"bukcet": "x"}) == {
        "bukcet": "unknown property `bukcet` of aws:s3/bucket:Bucket: did you mean `bucket`?"
    }


def test_python_spelling_finds_the_property() -> None:
    assert refusals(BUCKET, {"force_destroy": True}) == {
        "force_destroy": "unknown property `force_destroy` of aws:s3/bucket:Bucket: did you mean `forceDestroy`?"
    }


def test_output_cannot_be_set() -> None:
    reason = refusals(BUCKET, {"hostedZoneId": "Z1"})["hostedZoneId"]
    assert reason.endswith("(`hostedZoneId` is an output of aws:s3/bucket:Bucket; the service sets it)")


def test_missing_required_properties_at_every_depth() -> None:
    given = {
        "kafkaVersion": "3.6.0",
        "numberOfBrokerNodes": 3,
        "brokerNodeGroupInfo": {"instanceType": "kafka.m5.large"},
    }
    assert refusals("aws:msk/cluster:Cluster", given) == {
        "brokerNodeGroupInfo.clientSubnets": "missing required property `clientSubnets` of aws:msk/cluster:Cluster",
        "brokerNodeGroupInfo.securityGroups": "missing required property `securityGroups` of aws:msk/cluster:Cluster",
    }


@pytest.mark.parametrize(
    ("inputs", "path", "reason"),
    [
        ({"forceDestroy": "maybe"}, "forceDestroy", 'expected true or false, got "maybe"'),
        ({"tags": ["a"]}, "tags", 'expected a map, got ["a"]'),
        ({"bucket": {"a": 1}}, "bucket", 'expected a string, got {"a": 1}'),
        ({"grants": {"type": "x"}}, "grants", 'expected a list, got {"type": "x"}'),
        ({"tags": {"team": ["a"]}}, 'tags["team"]', 'expected a string, got ["a"]'),
    ],
)
def test_wrong_types(inputs: dict[str, Any], path: str, reason: str) -> None:
    assert refusals(BUCKET, inputs) == {path: reason}


def test_whole_numbers_are_whole() -> None:
    given = {"cidrBlock": "10.0.0.0/16", "ipv4NetmaskLength": 16.5}
    assert refusals("aws:ec2/vpc:Vpc", given) == {"ipv4NetmaskLength": "expected a whole number, got 16.5"}


def test_unknown_values_pass() -> None:
    assert refusals("aws:ec2/subnet:Subnet", {"vpcId": UNKNOWN, "tags": UNKNOWN, "mapPublicIpOnLaunch": UNKNOWN}) == {}


def test_policy_object_becomes_json_text() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    inputs, failures = Provider().check("aws:iam/role:Role", "r", {}, {"assumeRolePolicy": document}, SEED)
    assert failures == []
    assert inputs["assumeRolePolicy"] == '{"Version": "2012-10-17", "Statement": []}'


def test_description_is_filled_in_as_the_real_provider_does() -> None:
    inputs, _ = Provider().check("aws:ec2/securityGroup:SecurityGroup", "web", {}, {}, SEED)
    assert inputs["description"] == "Managed by Pulumi"
    assert inputs["__defaults"] == ["name", "description"]


def test_secrets_are_judged_but_never_shown() -> None:
    assert refusals(BUCKET, {"forceDestroy": as_secret("hush")}) == {
        "forceDestroy": "expected true or false, got a secret"
    }
    assert refusals(BUCKET, {"tags": [as_secret("hush")]}) == {"tags": 'expected a map, got "[secret]"'}
    document = {"Version": "2012-10-17", "Id": as_secret("hush")}
    inputs, _ = Provider().check("aws:iam/role:Role", "r", {}, {"assumeRolePolicy": document}, SEED)
    assert inputs["assumeRolePolicy"] == as_secret('{"Version": "2012-10-17", "Id": "hush"}')


def test_unknown_type_is_one_clear_error() -> None:
    with pytest.raises(
        ProviderError, match=r"has no resource type aws:s3/bukket:Bucket; did you mean aws:s3/bucket:Bucket"
    ):
        Provider().check("aws:s3/bukket:Bucket", "x", {}, {}, SEED)


def test_provider_settings() -> None:
    provider = Provider()
    assert provider.check_config({"region": "eu-west-1", "defaultTags": '{"tags":{"a":"b"}}', "profile": "p"}) == []
    [unknown] = provider.check_config({"regoin": "eu-west-1"})
    assert unknown.reason == "unknown setting `regoin` of the aws provider: did you mean `region`?"
    [region] = provider.check_config({"region": "eu-west-9"})
    assert region.reason.startswith("`eu-west-9` is not an AWS region; did you mean eu-west-")


def test_changed_default_tag_does_not_replace_the_provider() -> None:
    old = {"region": "eu-west-1", "defaultTags": '{"tags":{"a":"b"}}'}
    assert Provider().diff_config(old, {**old, "defaultTags": '{"tags":{"a":"c"}}'}) == (["defaultTags"], [])
    assert Provider().diff_config(old, {**old, "region": "us-east-1"}) == (["region"], ["region"])
    assert Provider().diff_config(old, {**old, "defaultTags": {"tags": {"a": "b"}}}) == ([], [])


class TestAutonames:
    @pytest.mark.parametrize(
        ("token", "name", "prop", "pattern"),
        [
            (BUCKET, "Lake", "bucket", r"lake-[0-9a-f]{7}"),
            ("aws:iam/role:Role", "Reader", "name", r"Reader-[0-9a-f]{7}"),
            ("aws:msk/cluster:Cluster", "events", "clusterName", r"events-[0-9a-f]{7}"),
            ("aws:rds/cluster:Cluster", "Db", "clusterIdentifier", r"db-[0-9a-f]{7}"),
            ("aws:kms/alias:Alias", "data", "name", r"alias/data-[0-9a-f]{7}"),
            ("aws:eks/nodeGroup:NodeGroup", "gpu", "nodeGroupName", r"gpu-[0-9a-f]{7}"),
        ],
    )
    def test_shape(self, token: str, name: str, prop: str, pattern: str) -> None:
        import re

        inputs, _ = Provider().check(token, name, {}, {}, SEED)
        assert re.fullmatch(pattern, inputs[prop])
        assert prop in inputs["__defaults"]

    def test_long_names_are_cut_to_the_limit(self) -> None:
        inputs, _ = Provider().check(BUCKET, "b" * 80, {}, {}, SEED)
        assert len(inputs["bucket"]) == 63
        inputs, _ = Provider().check("aws:lb/loadBalancer:LoadBalancer", "b" * 80, {}, {}, SEED)
        assert len(inputs["name"]) == 32

    def test_seed_decides_and_the_old_name_stays(self) -> None:
        first, _ = Provider().check(BUCKET, "a", {}, {}, SEED)
        again, _ = Provider().check(BUCKET, "a", {}, {}, SEED)
        other, _ = Provider().check(BUCKET, "a", {}, {}, b"t" * 32)
        kept, _ = Provider().check(BUCKET, "a", first, {}, b"t" * 32)
        assert first == again == kept
        assert other["bucket"] != first["bucket"]

    def test_given_name_or_prefix_is_left_alone(self) -> None:
        given, _ = Provider().check(BUCKET, "a", {}, {"bucket": "mine"}, SEED)
        assert (given["bucket"], given["__defaults"]) == ("mine", [])
        prefixed, _ = Provider().check(BUCKET, "a", {}, {"bucketPrefix": "mine-"}, SEED)
        assert "bucket" not in prefixed

    def test_name_no_longer_given_is_made_anew(self) -> None:
        old, _ = Provider().check(BUCKET, "a", {}, {"bucket": "mine"}, SEED)
        new, _ = Provider().check(BUCKET, "a", old, {}, SEED)
        assert new["bucket"].startswith("a-")

    def test_stack_setting_decides(self) -> None:
        proposed, _ = Provider().check(BUCKET, "a", {}, {}, SEED, Autonaming("acme-a", "PROPOSE"))
        assert proposed["bucket"] == "acme-a"
        disabled, _ = Provider().check(BUCKET, "a", {}, {}, SEED, Autonaming("", "DISABLE"))
        assert "bucket" not in disabled
