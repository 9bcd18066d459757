"""What a change does: nothing, an update in place, or a replacement, and in which order."""

from typing import Any

import pytest

from sandbox.aws.diff import Change, Verdict
from sandbox.aws.provider import Provider

MSK = {
    "clusterName": "events",
    "kafkaVersion": "3.6.0",
    "numberOfBrokerNodes": 3,
    "brokerNodeGroupInfo": {
        "instanceType": "kafka.m5.large",
        "clientSubnets": ["subnet-1", "subnet-2"],
        "securityGroups": ["sg-1"],
        "storageInfo": {"ebsStorageInfo": {"volumeSize": 100}},
    },
}


def compare(token: str, old: dict[str, Any], new: dict[str, Any]) -> Verdict:
    return Provider().diff(token, old, new)


def replaced(token: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    verdict = compare(token, old, new)
    assert verdict.changes, "the change was not seen"
    return any(change.replaces for change in verdict.changes)


@pytest.mark.parametrize(
    ("token", "old", "new"),
    [
        ("aws:s3/bucket:Bucket", {"tags": {"a": "1", "b": "2"}}, {"tags": {"b": "2", "a": "1"}}),
        ("aws:s3/bucket:Bucket", {"tags": {}}, {}),
        ("aws:s3/bucket:Bucket", {"forceDestroy": True}, {"forceDestroy": "true"}),
        ("aws:iam/policy:Policy", {"policy": '{"a": 1,"b":2}'}, {"policy": '{"b":2,"a":1}'}),
        ("aws:ec2/subnet:Subnet", {"availabilityZone": "eu-west-1a"}, {}),
        (
            "aws:eks/nodeGroup:NodeGroup",
            {"subnetIds": ["subnet-1", "subnet-2"]},
            {"subnetIds": ["subnet-2", "subnet-1"]},
        ),
        ("aws:s3/bucket:Bucket", {"bucket": "a", "__defaults": ["bucket"]}, {"bucket": "a", "__defaults": []}),
    ],
)
def test_no_difference(token: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert compare(token, old, new).changes == ()


def test_tag_changes_are_told_one_by_one() -> None:
    verdict = compare("aws:s3/bucket:Bucket", {"tags": {"a": "1", "b": "2"}}, {"tags": {"a": "x", "cost-center": "7"}})
    assert verdict.changes == (
        Change("tags.a", "update", False),
        Change("tags.b", "delete", False),
        Change('tags["cost-center"]', "add", False),
    )


@pytest.mark.parametrize(
    ("token", "old", "new", "expected"),
    [
        ("aws:s3/bucket:Bucket", {"bucket": "a"}, {"bucket": "b"}, True),
        ("aws:s3/bucket:Bucket", {"forceDestroy": True}, {"forceDestroy": False}, False),
        ("aws:s3/bucketVersioning:BucketVersioning", {"bucket": "a"}, {"bucket": "b"}, True),
        ("aws:ec2/subnet:Subnet", {"availabilityZone": "a"}, {"availabilityZone": "b"}, True),
        ("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True}, {"mapPublicIpOnLaunch": False}, False),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}, True),
        ("aws:ec2/vpc:Vpc", {"enableDnsHostnames": True}, {"enableDnsHostnames": False}, False),
        ("aws:iam/role:Role", {"name": "a"}, {"name": "b"}, True),
        ("aws:rds/cluster:Cluster", {"engine": "aurora-mysql"}, {"engine": "aurora-postgresql"}, True),
        ("aws:rds/instance:Instance", {"instanceClass": "db.t3.micro"}, {"instanceClass": "db.t3.small"}, False),
        ("aws:eks/cluster:Cluster", {"version": "1.32"}, {"version": "1.33"}, False),
        ("aws:eks/cluster:Cluster", {"name": "a"}, {"name": "b"}, True),
        ("aws:eks/nodeGroup:NodeGroup", {"instanceTypes": ["g5.xlarge"]}, {"instanceTypes": ["g6.xlarge"]}, True),
        ("aws:eks/nodeGroup:NodeGroup", {"scalingConfig": {"maxSize": 2}}, {"scalingConfig": {"maxSize": 3}}, False),
        ("aws:costexplorer/anomalyMonitor:AnomalyMonitor", {"name": "a"}, {"name": "b"}, False),
        (
            "aws:opensearch/serverlessCollection:ServerlessCollection",
            {"type": "SEARCH"},
            {"type": "VECTORSEARCH"},
            True,
        ),
        ("aws:kms/key:Key", {"multiRegion": False}, {"multiRegion": True}, True),
        ("aws:sns/topic:Topic", {"region": "eu-west-1"}, {"region": "eu-west-2"}, True),
    ],
)
def test_replacement(token: str, old: dict[str, Any], new: dict[str, Any], expected: bool) -> None:
    assert replaced(token, old, new) is expected


def test_nested_path_decides() -> None:
    subnets = {**MSK, "brokerNodeGroupInfo": {**MSK["brokerNodeGroupInfo"], "clientSubnets": ["subnet-1", "subnet-3"]}}
    bigger = {
        **MSK,
        "brokerNodeGroupInfo": {
            **MSK["brokerNodeGroupInfo"],
            "storageInfo": {"ebsStorageInfo": {"volumeSize": 200}},
        },
    }
    assert compare("aws:msk/cluster:Cluster", MSK, subnets).changes == (
        Change("brokerNodeGroupInfo.clientSubnets", "update", True),
    )
    assert compare("aws:msk/cluster:Cluster", MSK, bigger).changes == (
        Change("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize", "update", False),
    )


def test_given_name_goes_first_made_up_name_does_not() -> None:
    old = {"bucket": "mine", "objectLockEnabled": False}
    given = compare("aws:s3/bucket:Bucket", old, {"bucket": "mine", "objectLockEnabled": True})
    assert given.delete_first
    made_up = compare(
        "aws:s3/bucket:Bucket",
        {**old, "__defaults": ["bucket"]},
        {"bucket": "mine", "objectLockEnabled": True, "__defaults": ["bucket"]},
    )
    assert not made_up.delete_first
    renamed = compare("aws:s3/bucket:Bucket", {"bucket": "mine"}, {"bucket": "yours"})
    assert not renamed.delete_first
