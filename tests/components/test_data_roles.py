"""DataRoles: roles that a principal takes by its tag, and that may do nothing by themselves."""

import json

import pytest

from components.data_roles import DataRoles


@pytest.fixture
def args(cost_tags):
    return {"tags": cost_tags, "roles": ["data-scientist", "data-engineer"]}


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    made = provision(lambda: DataRoles("dev-data", args))
    assert made.tree() == [
        "apex-dev > apex:index:DataRoles dev-data",
        "dev-data > aws:iam/role:Role dev-data-data-engineer",
        "dev-data > aws:iam/role:Role dev-data-data-scientist",
        "dev-data > aws:lakeformation/lfTag:LfTag dev-data-pii",
    ]
    assert made.untagged(args["tags"]) == []


def test_roles_are_taken_by_principals_of_the_account_that_carry_the_name(provision, args):
    role = provision(lambda: DataRoles("dev-data", args)).one("dev-data-data-engineer").inputs
    assert role["maxSessionDuration"] == 3600
    assert json.loads(role["assumeRolePolicy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringEquals": {"aws:PrincipalTag/apex-role": "data-engineer"}},
        }
    ]


def test_who_the_roles_are_is_known_before_the_deployment(provision, args):
    outputs = provision(lambda: DataRoles("dev-data", args), preview=True).outputs
    assert outputs["role_arns"] == {
        name: f"arn:aws:iam::123456789012:role/dev-data-{name}" for name in ("data-engineer", "data-scientist")
    }
    assert outputs["pii_tag_key"] == "dev-data-pii"


def test_the_tag_has_a_value_for_each_handling(provision, args):
    tag = provision(lambda: DataRoles("dev-data", args)).one("aws:lakeformation/lfTag:LfTag").inputs
    assert tag == {"key": "dev-data-pii", "values": ["drop", "encrypt", "hash", "mask", "tokenize"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"roles": []}, "dev-data.roles: is empty; name at least one role"),
        ({"roles": ["a", "a"]}, "dev-data.roles: ['a', 'a'] names a role twice; name each once"),
        ({"roles": ["Data"]}, 'dev-data.roles: "Data" cannot name a role; use at most 55 of a-z, 0-9 and -'),
        ({"session_seconds": 60}, "dev-data.session_seconds: 60 is out of range; use from 900 to 43200"),
    ],
)
def test_wrong_arguments_are_refused_at_once(refused, args, change, message):
    assert refused(lambda: DataRoles("dev-data", {**args, **change})) == [message]
