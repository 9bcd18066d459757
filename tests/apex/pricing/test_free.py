"""Which types are known to be free, and that nothing our components make is unheard of."""

import re
from pathlib import Path

import pytest

from apex.pricing.adapters import ADAPTERS
from apex.pricing.free import ALIASES, FREE_TYPES, why_free
from apex.pricing.workloads import WORKLOADS

COMPONENTS = Path(__file__).parents[3] / "components"


def tokens_of(text: str) -> set[str]:
    """The AWS type tokens of the resources that a program's text constructs."""
    return {
        f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"
        for module, name in re.findall(r"\baws\.([a-z0-9]+)\.([A-Z]\w+)\(", text)
    }


def test_everything_our_components_make_is_priced_or_known_to_be_free():
    made = set().union(*(tokens_of(file.read_text("utf-8")) for file in COMPONENTS.glob("*.py")))
    assert "aws:eks/cluster:Cluster" in made
    assert [token for token in sorted(made) if token not in ADAPTERS and not why_free(token)] == []


def test_no_type_is_both_free_and_priced():
    assert not set(FREE_TYPES) & set(ADAPTERS)
    assert not set(FREE_TYPES) & WORKLOADS


def test_every_older_spelling_leads_to_an_adapter():
    assert all(token in ADAPTERS or token in WORKLOADS for token in ALIASES.values())


@pytest.mark.parametrize(
    "token",
    [
        "aws:iam/role:Role",
        "aws:ec2/subnet:Subnet",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "pulumi:providers:aws",
        "kubernetes:rbac.authorization.k8s.io/v1:Role",
        "kubernetes:core/v1:ConfigMap",
    ],
)
def test_free_types_say_why(token):
    assert why_free(token)


@pytest.mark.parametrize(
    "token", ["aws:sagemaker/endpoint:Endpoint", "aws:ec2/fleet:Fleet", "gcp:storage/bucket:Bucket"]
)
def test_types_nobody_looked_at_are_not_free(token):
    assert why_free(token) is None
    assert token not in ADAPTERS
