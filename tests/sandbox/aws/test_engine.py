"""The provider under the real engine, from the first preview to the last delete."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.aws.values import UNKNOWN

pytestmark = pytest.mark.engine

PROGRAM = """
zones = aws.get_availability_zones(state="available").names
vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", tags={"team": "TEAM"})
subnet = aws.ec2.Subnet("zone", vpc_id=vpc.id, cidr_block="10.0.1.0/24", availability_zone=zones[ZONE])
bucket = aws.s3.Bucket("lake", object_lock_enabled=LOCK)
named = aws.s3.Bucket("mine", bucket="acme-mine", object_lock_enabled=LOCK)
versions = aws.s3.BucketVersioning("versions", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"})
document = aws.iam.get_policy_document_output(statements=[{"actions": ["s3:*"], "resources": [bucket.arn]}])
policy = aws.iam.Policy("access", policy=document.json)
pulumi.export("account", aws.get_caller_identity().account_id)
pulumi.export("arn", bucket.arn)
"""


def program(team: str = "data", zone: int = 0, lock: bool = False) -> str:
    return PROGRAM.replace("TEAM", team).replace("ZONE", str(zone)).replace("LOCK", str(lock))


def test_whole_life(new_stack: Callable[[str], Any]) -> None:
    stack = new_stack(program())

    plan = stack.plan()
    lake = plan["lake"]["newState"]
    assert plan["lake"]["op"] == "create"
    assert lake["inputs"]["bucket"].startswith("lake-")
    assert plan["versions"]["newState"]["inputs"]["bucket"] == lake["inputs"]["bucket"]
    assert "id" not in lake
    assert plan["zone"]["newState"]["inputs"]["vpcId"] == UNKNOWN
    assert plan["access"]["newState"]["inputs"]["policy"] == UNKNOWN

    assert stack.up() == {"create": 7}
    state = stack.state()
    assert state["lake"]["outputs"]["arn"] == f"arn:aws:s3:::{state['lake']['id']}"
    assert state["zone"]["inputs"]["vpcId"] == state["net"]["id"]
    assert state["lake"]["outputs"]["arn"] in state["access"]["inputs"]["policy"]

    assert stack.up() == {"same": 7}
    stack.run("refresh", "--yes", "--skip-preview")
    assert stack.state()["lake"]["outputs"] == state["lake"]["outputs"]

    stack.program(program(team="science"))
    change = stack.plan()["net"]
    assert (change["op"], list(change["detailedDiff"])) == ("update", ["tags.team"])
    assert stack.up() == {"update": 1, "same": 6}
    changed = stack.state()["net"]
    assert (changed["id"], changed["outputs"]["arn"]) == (state["net"]["id"], state["net"]["outputs"]["arn"])
    assert changed["outputs"]["tagsAll"] == {"team": "science"}

    stack.run("destroy", "--yes", "--skip-preview")
    assert stack.state() == {}


def test_replacement_and_its_order(new_stack: Callable[[str], Any]) -> None:
    stack = new_stack(program())
    stack.up()
    before = stack.state()
    stack.program(program(zone=1, lock=True))
    plan = stack.plan()
    assert plan["zone"]["replaceReasons"] == ["availabilityZone"]
    assert "net" not in plan
    stack.up()
    after = stack.state()
    # A made-up name gives way to a new one beside it; a given name can only be taken once it is free.
    assert after["lake"]["id"] != before["lake"]["id"]
    assert after["mine"]["id"] == before["mine"]["id"] == "acme-mine"


def test_refusals_reach_the_person(new_stack: Callable[[str], Any]) -> None:
    raw = """
class Raw(pulumi.CustomResource):
    def __init__(self, kind, name, props):
        super().__init__(kind, name, props)

"""
    stack = new_stack(raw + 'Raw("aws:s3/bucket:Bucket", "lake", {"forceDestory": True})')
    shown = stack.run("preview", succeeds=False)
    assert "unknown property `forceDestory` of aws:s3/bucket:Bucket: did you mean `forceDestroy`?" in shown
    stack.program(raw + 'Raw("aws:s3/bukket:Bucket", "lake", {})')
    assert "has no resource type aws:s3/bukket:Bucket; did you mean" in stack.run("preview", succeeds=False)
    stack.program('aws.ec2.get_instance(instance_id="i-1")')
    shown = stack.run("preview", succeeds=False)
    assert "the sandbox cannot answer aws:ec2/getInstance:getInstance" in shown
    assert "server.py" not in shown


def test_default_tags_get_import_and_secret(new_stack: Callable[[str], Any]) -> None:
    tags = """
provider = aws.Provider("p", region="eu-north-1", default_tags={"tags": {"team": "DEFAULT"}})
bucket = aws.s3.Bucket("lake", tags={"a": "b"}, opts=pulumi.ResourceOptions(provider=provider))
foreign = aws.ec2.Vpc.get("foreign", "vpc-0123456789abcdef0")
adopted = aws.s3.Bucket("adopted", bucket="old-bucket", opts=pulumi.ResourceOptions(import_=IMPORT))
secret = aws.ssm.Parameter("secret", type="SecureString", value=pulumi.Output.secret("hush"))
pulumi.export("foreign", foreign.arn)
"""
    stack = new_stack(tags.replace("IMPORT", '"old-bucket"').replace("DEFAULT", "data"))
    changes = stack.up()
    assert changes["import"] == 1
    state = stack.state()
    assert state["lake"]["outputs"]["tagsAll"] == {"team": "data", "a": "b"}
    assert state["lake"]["outputs"]["region"] == "eu-north-1"
    assert state["foreign"]["outputs"]["arn"].endswith(":vpc/vpc-0123456789abcdef0")
    assert state["adopted"]["id"] == "old-bucket"
    assert "ciphertext" in state["secret"]["outputs"]["value"]
    assert stack.up() == {"same": 5}
    stack.program(tags.replace("IMPORT", "None").replace("DEFAULT", "science"))
    assert stack.up() == {"update": 2, "same": 3}
    assert stack.state()["lake"]["outputs"]["tagsAll"] == {"team": "science", "a": "b"}
