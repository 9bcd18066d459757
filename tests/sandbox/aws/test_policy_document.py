"""IAM policy documents in the form that IAM takes."""

import json
from typing import Any

import pytest

from sandbox.aws.policy_document import PolicyDocumentError, render


def document(args: dict[str, Any]) -> Any:
    rendered = render(args)
    assert json.loads(rendered["json"]) == json.loads(rendered["minifiedJson"])
    return json.loads(rendered["json"])


def test_all_parts_of_a_statement() -> None:
    given = {
        "policyId": "lake",
        "statements": [
            {
                "sid": "Read",
                "actions": ["s3:GetObject", "s3:ListBucket"],
                "resources": ["arn:aws:s3:::lake/&{aws:username}/*"],
                "principals": [
                    {"type": "Service", "identifiers": ["eks.amazonaws.com"]},
                    {"type": "AWS", "identifiers": ["arn:aws:iam::123456789012:root"]},
                ],
                "conditions": [
                    {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]},
                    {"test": "StringEquals", "variable": "aws:RequestedRegion", "values": ["eu-west-1", "eu-west-2"]},
                ],
            },
            {
                "effect": "Deny",
                "notActions": ["s3:*"],
                "notResources": ["arn:aws:s3:::lake"],
                "notPrincipals": [{"type": "*", "identifiers": ["*"]}],
            },
        ],
    }
    assert document(given) == {
        "Version": "2012-10-17",
        "Id": "lake",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": "arn:aws:s3:::lake/${aws:username}/*",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root", "Service": "eks.amazonaws.com"},
                "Condition": {
                    "Bool": {"aws:SecureTransport": "true"},
                    "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"]},
                },
            },
            {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::lake", "NotPrincipal": "*"},
        ],
    }


def test_sources_are_extended_and_overrides_replace_by_sid() -> None:
    source = json.dumps({"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    override = json.dumps({"Statement": {"Sid": "A", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}})
    own = [{"sid": "B", "actions": ["sqs:*"], "resources": ["*"]}]
    merged = document({"sourcePolicyDocuments": [source], "statements": own, "overridePolicyDocuments": [override]})
    assert [(s["Sid"], s["Effect"]) for s in merged["Statement"]] == [("A", "Deny"), ("B", "Allow")]


def test_duplicate_sid_in_sources_is_refused() -> None:
    source = json.dumps({"Statement": [{"Sid": "A", "Effect": "Allow"}]})
    with pytest.raises(PolicyDocumentError, match=r"duplicate Sid `A` in sourcePolicyDocuments\[1\]"):
        render({"sourcePolicyDocuments": [source, source]})


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"statements": [{"effect": "allow"}]}, r"statements\[0\]\.effect is `allow`; it must be Allow or Deny"),
        ({"version": "2020-01-01"}, r"version `2020-01-01` is not one of"),
        ({"overridePolicyDocuments": ["{"]}, r"overridePolicyDocuments\[0\] is not a JSON policy document"),
        (
            {"version": "2008-10-17", "statements": [{"resources": ["&{aws:username}"]}]},
            r"uses a policy variable, which version 2008-10-17 does not know",
        ),
    ],
)
def test_refusals(args: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyDocumentError, match=message):
        render(args)
