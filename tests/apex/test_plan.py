import json

import pytest

from apex.errors import InputError
from apex.plan import SECRET, UNKNOWN, decode, parse_plan, read_plan, urn_parts

URN = "urn:pulumi:dev::apex::apex:index:Kafka$aws:msk/cluster:Cluster::events-cluster"
SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def step(op, urn=URN, **states):
    return {
        "op": op,
        "urn": urn,
        **{key: {"urn": urn, "type": "aws:msk/cluster:Cluster", **state} for key, state in states.items()},
    }


def parse(*steps):
    return parse_plan(json.dumps({"steps": list(steps)}))


def test_unknown_and_secret_values_are_told_apart_from_absent_ones():
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    found = decode({"a": SENTINEL, "b": f"arn:{SENTINEL}/x", "c": [secret, "[secret]", 1], "d": None, "__defaults": []})
    assert found == {"a": UNKNOWN, "b": UNKNOWN, "c": [SECRET, SECRET, 1]}


def test_urn_names_its_own_type():
    assert urn_parts(URN) == ("dev", "apex", "aws:msk/cluster:Cluster", "events-cluster")


def test_a_replacement_is_one_resource_with_its_deployed_inputs():
    old, new = {"inputs": {"v": 1}}, {"inputs": {"v": 2}}
    plan = parse(
        step("create-replacement", oldState=old, newState=new),
        step("replace", oldState=old, newState=new),
        step("delete-replaced", oldState=old),
    )
    assert [(r.op, r.inputs, r.deployed_inputs) for r in plan.resources] == [("replace", {"v": 2}, {"v": 1})]


def test_a_deleted_resource_is_in_the_plan_but_not_planned():
    plan = parse(step("delete", oldState={"inputs": {"v": 1}}))
    assert [r.gone for r in plan.resources] == [True]
    assert plan.planned() == ()


def test_the_deployed_stack_is_what_was_there_before():
    made = URN.replace("events", "made")
    gone = URN.replace("events", "gone")
    old, new = {"inputs": {"v": 1}}, {"inputs": {"v": 2}}
    plan = parse(
        step("update", oldState=old, newState=new),
        step("create", urn=made, newState=new),
        step("delete", urn=gone, oldState=old),
    )
    assert [(r.urn, r.op, r.inputs) for r in plan.deployed().planned()] == [
        (URN, "same", {"v": 1}),
        (gone, "same", {"v": 1}),
    ]


def test_a_state_is_read_without_what_waits_for_deletion():
    kept, leaving = (
        {"urn": URN, "type": "aws:msk/cluster:Cluster", "inputs": {}},
        {"urn": URN, "type": "aws:msk/cluster:Cluster", "delete": True},
    )
    plan = parse_plan(json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": [kept, leaving]}}))
    assert (plan.is_change, [r.op for r in plan.resources]) == (False, ["same"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"steps": [', "plan.json:1:12: is not complete JSON"),
        ('{"terraform_version": "1.9", "resource_changes": []}', "plan.json: is a Terraform plan; give the output of"),
        ("[]", "plan.json: is neither a Pulumi plan nor a state"),
        (
            '{"steps": [{"op": "create", "newState": {"urn": "x"}}]}',
            'plan.json: steps[0]: has no valid urn ("x" is not a URN',
        ),
        ('{"steps": [3]}', "plan.json: steps[0]: is not a step of a preview"),
    ],
)
def test_what_is_no_plan_is_refused_with_the_fix(text, message):
    with pytest.raises(InputError) as error:
        parse_plan(text, "plan.json")
    assert str(error.value).startswith(message)


def test_the_state_of_a_stack_that_was_never_deployed_is_empty():
    assert parse_plan('{"version": 3, "deployment": {"manifest": {}, "metadata": {}}}').resources == ()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="none.json: cannot be read: No such file or directory"):
        read_plan(tmp_path / "none.json")
