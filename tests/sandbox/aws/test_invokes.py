"""The functions that programs call."""

import json
import re

import pytest

from sandbox.aws.invokes import InvokeError
from sandbox.aws.provider import Provider
from sandbox.aws.values import UNKNOWN


@pytest.fixture
def provider() -> Provider:
    made = Provider()
    made.configure({"region": "eu-central-1"})
    return made


def test_account_region_and_partition(provider: Provider) -> None:
    assert provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"] == "123456789012"
    assert provider.invoke("aws:index/getRegion:getRegion", {})["region"] == "eu-central-1"
    assert provider.invoke("aws:index/getPartition:getPartition", {})["dnsSuffix"] == "amazonaws.com"
    beijing = provider.invoke("aws:index/getPartition:getPartition", {"region": "cn-north-1"})
    assert (beijing["partition"], beijing["dnsSuffix"]) == ("aws-cn", "amazonaws.com.cn")


def test_zones_with_every_condition(provider: Provider) -> None:
    ask = "aws:index/getAvailabilityZones:getAvailabilityZones"
    everywhere = provider.invoke(ask, {"state": "available"})
    assert everywhere["names"] == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    assert everywhere["zoneIds"] == ["euc1-az1", "euc1-az2", "euc1-az3"]
    assert provider.invoke(ask, {"excludeNames": ["eu-central-1b"]})["names"] == ["eu-central-1a", "eu-central-1c"]
    assert provider.invoke(ask, {"state": "impaired"})["names"] == []
    local = {"filters": [{"name": "zone-type", "values": ["local-zone"]}]}
    assert provider.invoke(ask, local)["names"] == []
    opted = {"filters": [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]}
    assert len(provider.invoke(ask, opted)["names"]) == 3


def test_policy_document(provider: Provider) -> None:
    found = provider.invoke(
        "aws:iam/getPolicyDocument:getPolicyDocument",
        {"statements": [{"actions": ["s3:*"], "resources": ["*"]}]},
    )
    assert json.loads(found["json"])["Statement"] == [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]


def test_published_parameters(provider: Provider) -> None:
    ask = "aws:ssm/getParameter:getParameter"
    base = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/nvidia/recommended"
    assert re.fullmatch(r"ami-[0-9a-f]{17}", provider.invoke(ask, {"name": f"{base}/image_id"})["value"])
    assert provider.invoke(ask, {"name": f"{base}/release_version"})["value"] == "1.33.0-20250101"
    with pytest.raises(InvokeError, match=r"SSM parameter `/mine` is not one that AWS publishes"):
        provider.invoke(ask, {"name": "/mine"})


def test_unknown_arguments_give_no_answer_yet(provider: Provider) -> None:
    assert provider.invoke("aws:iam/getPolicyDocument:getPolicyDocument", {"statements": UNKNOWN}) is None


def test_functions_that_need_an_account_say_so(provider: Provider) -> None:
    with pytest.raises(
        InvokeError, match=r"the sandbox cannot answer aws:ec2/getInstance:getInstance: it has no account"
    ):
        provider.invoke("aws:ec2/getInstance:getInstance", {"instanceId": "i-1"})
    with pytest.raises(InvokeError, match=r"has no function aws:ec2/getNothing:getNothing; check its name"):
        provider.invoke("aws:ec2/getNothing:getNothing", {})
