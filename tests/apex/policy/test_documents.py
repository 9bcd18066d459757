"""Reading policy documents: what a statement says, in which spellings, and what cannot be read."""

import json
from typing import Any

import pytest

from apex.plan import UNKNOWN
from apex.policy.documents import Statement, statements
from apex.policy.props import HiddenValueError, Props, WrongShapeError


def read(document: Any) -> list[Statement]:
    return list(statements(Props({"policy": document}), "policy"))


def test_every_part_is_read_from_text_and_from_a_map_alike() -> None:
    document = {
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"AWS": ["a", "b"], "Service": "s3.amazonaws.com"},
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": "arn:aws:s3:::raw/*",
                "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
            },
            {"Effect": "Deny", "Principal": "*", "NotAction": "s3:GetObject", "Resource": ["a", "b"]},
        ]
    }
    first, second = read(document)
    assert read(json.dumps(document)) == [first, second]
    assert first == Statement(
        sid="Read",
        allows=True,
        principals=("AWS:a", "AWS:b", "Service:s3.amazonaws.com"),
        actions=("s3:GetObject", "s3:ListBucket"),
        all_actions_but=(),
        resources=("arn:aws:s3:::raw/*",),
        conditions={"StringEquals": {"aws:SourceAccount": "1"}},
    )
    assert second == Statement("", False, ("*",), (), ("s3:GetObject",), ("a", "b"), {})
    assert (first.title, second.title) == ('statement "Read"', "a statement")


def test_one_statement_needs_no_list_and_nothing_is_no_statement() -> None:
    [only] = read({"Statement": {"Effect": "Allow", "Action": "*"}})
    assert (only.allows, only.actions, only.principals, only.resources) == (True, ("*",), (), ())
    assert read(None) == read("") == read({}) == []


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "policy is str, not a policy document in JSON"),
        ("[]", "policy is list, not a policy document"),
        (3, "policy is int, not a policy document"),
        ({"Statement": ["Allow"]}, "policy.Statement is str, not a list of statements"),
    ],
)
def test_what_is_no_document_is_named(document: Any, says: str) -> None:
    with pytest.raises(WrongShapeError) as error:
        read(document)
    assert str(error.value) == says
    assert error.value.path == says.split(" ")[0]


@pytest.mark.parametrize("field", ["Effect", "Principal", "Action", "Condition"])
@pytest.mark.parametrize("value", [UNKNOWN, [UNKNOWN], {"StringEquals": {"aws:SourceArn": UNKNOWN}}])
def test_a_part_that_decides_has_to_be_known(field: str, value: Any) -> None:
    with pytest.raises(HiddenValueError) as error:
        read({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", field: value}]})
    assert error.value.path == f"policy.Statement.{field}"
    assert error.value.reason is UNKNOWN
    assert str(error.value) == f"policy.Statement.{field} is unknown until deployed"


def test_a_resource_may_be_unknown() -> None:
    [only] = read({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": UNKNOWN}]})
    assert only.actions == ("s3:GetObject",)


def public(condition: Any = None) -> Statement:
    [only] = read({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": condition or {}}]})
    return only


@pytest.mark.parametrize(
    ("condition", "narrows"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringEquals": {"AWS:PRINCIPALORGID": "o-1"}}, True),
        ({"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::raw"]}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "*"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": ["*", ""]}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": ["*", "o-1"]}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"ArnNotLike": {"aws:SourceArn": "a"}}, False),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"Null": {"aws:SourceArn": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
    ],
)
def test_only_a_condition_that_ties_the_caller_narrows(condition: Any, narrows: bool) -> None:
    assert public(condition).narrows() is narrows
    assert public(condition).is_public is not narrows


def test_with_keys_only_these_count() -> None:
    statement = public({"StringEquals": {"aws:SourceAccount": "1"}})
    assert statement.narrows("aws:SourceAccount")
    assert not statement.narrows("aws:SourceArn")


@pytest.mark.parametrize(
    ("changes", "denies"),
    [
        ({}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Action": "*"}, True),
        ({"Condition": {"BoolIfExists": {"AWS:SecureTransport": False}}}, True),
        ({"Effect": "Allow"}, False),
        ({"Principal": {"AWS": "123456789012"}}, False),
        ({"Action": "s3:GetObject"}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Condition": {"StringEquals": {"aws:SecureTransport": "false"}}}, False),
        ({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}, False),
    ],
)
def test_who_comes_without_tls_is_denied_everything(changes: dict[str, Any], denies: bool) -> None:
    base = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    [only] = read({"Statement": [{**base, **changes}]})
    assert only.denies_without_tls() is denies
