"""What a security group lets in, however it is spelled."""

from typing import Any

import pytest

from apex.plan import Resource
from apex.policy.aws import Opening, ingress_of, is_log_target, is_open_cidr
from apex.policy.stack import Context

GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def resource(kind: str, name: str = "it", **inputs: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::shop::{kind}::{name}", kind, name, inputs=inputs)


def openings(kind: str, **inputs: Any) -> list[Opening]:
    [subject] = Context([resource(kind, **inputs)]).subjects
    return list(ingress_of(subject))


@pytest.mark.parametrize(
    ("cidr", "is_open"),
    [
        ("0.0.0.0/0", True),
        ("0.0.0.0/1", True),
        ("52.0.0.0/8", True),
        ("52.0.0.0/9", False),
        ("10.0.0.0/8", False),
        ("::/0", True),
        ("2000::/16", True),
        ("2000::/17", False),
        ("fc00::/7", False),
        ("fd00::/8", False),
        ("203.0.113.7", False),
        ("not/a-range", False),
    ],
)
def test_the_internet_and_large_parts_of_it_are_open(cidr: str, is_open: bool) -> None:
    assert is_open_cidr(cidr) is is_open


def test_three_spellings_of_one_opening_are_read_alike() -> None:
    ssh = Opening("tcp", 22, 22, ("0.0.0.0/0", "::/0"))
    ports = {"fromPort": 22, "toPort": 22}
    blocks = {"protocol": "tcp", "cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": ["::/0"], **ports}
    assert openings(GROUP, ingress=[blocks]) == [ssh]
    assert openings(RULE, type="ingress", **blocks) == [ssh]
    single = {"ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", "cidrIpv6": "::/0", **ports}
    assert openings(INGRESS, **single) == [ssh]
    assert openings(INGRESS, ipProtocol="tcp", referencedSecurityGroupId="sg-1", **ports) == [
        Opening("tcp", 22, 22, ())
    ]


def test_what_goes_out_is_no_opening() -> None:
    assert openings(RULE, type="egress", protocol="-1", cidrBlocks=["0.0.0.0/0"]) == []
    assert openings(GROUP, egress=[{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]) == []


def test_without_ports_all_are_meant() -> None:
    [everything] = openings(GROUP, ingress=[{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}])
    assert (everything.first, everything.last) == (0, 65535)
    assert everything.covers(22) and everything.covers(65535)
    assert str(everything) == "all ports from 0.0.0.0/0"


@pytest.mark.parametrize(
    ("opening", "says", "ports"),
    [
        (Opening("tcp", 22, 22, ("0.0.0.0/0",)), "tcp 22 from 0.0.0.0/0", {21: False, 22: True, 23: False}),
        (Opening("udp", 20, 30, ("a", "b")), "udp 20-30 from a, b", {19: False, 20: True, 30: True, 31: False}),
        (Opening("all", 0, 0, ("a",)), "all ports from a", {22: True}),
        (Opening("-1", 0, 0, ("a",)), "all ports from a", {22: True}),
    ],
)
def test_an_opening_is_told_and_covers_its_ports(opening: Opening, says: str, ports: dict[int, bool]) -> None:
    assert str(opening) == says
    assert {port: opening.covers(port) for port in ports} == ports


def test_one_open_range_is_enough() -> None:
    assert Opening("tcp", 22, 22, ("10.0.0.0/8", "0.0.0.0/0")).is_open
    assert not Opening("tcp", 22, 22, ("10.0.0.0/8",)).is_open
    assert not Opening("tcp", 22, 22, ()).is_open


def test_a_bucket_that_others_log_into_is_a_log_target() -> None:
    kind = "aws:s3/bucket:Bucket"
    stack = Context(
        [
            resource(kind, "logs", bucket="logs"),
            resource(kind, "raw", bucket="raw"),
            resource("aws:s3/bucketLogging:BucketLogging", "raw", bucket="raw", targetBucket="logs"),
        ]
    )
    logs, raw, _ = stack.subjects
    assert is_log_target(logs, stack)
    assert not is_log_target(raw, stack)
