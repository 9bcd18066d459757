"""The security pack on the real engine: repairs, and packs that take what is deployed as it is."""

import json

import pytest

pytestmark = pytest.mark.engine

TEMPLATE = """
Thing("aws:ec2/launchTemplate:LaunchTemplate", "gpu", metadataOptions={"httpTokens": "optional"},
      blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}])
"""


def test_a_repair_is_off_until_it_is_turned_on_and_then_told(run_program):
    run = run_program(TEMPLATE, "security", pack_config={"all": "disabled", "require_imdsv2": "mandatory"})
    assert run.status != 0
    assert 'metadataOptions.httpTokens is "optional"' in run.violations("require_imdsv2")["gpu"]

    run = run_program(TEMPLATE, "security", pack_config={"all": "disabled", "require_imdsv2": "remediate"})
    assert run.status == 0, run.output
    [repair] = [event["policyRemediationEvent"] for event in run.events if "policyRemediationEvent" in event]
    assert repair["policyName"] == "require_imdsv2"
    assert repair["before"]["metadataOptions"] == {"httpTokens": "optional"}
    assert repair["after"]["metadataOptions"] == {"httpTokens": "required", "httpEndpoint": "enabled"}


GROUP = (
    'Thing("aws:ec2/securityGroup:SecurityGroup", "{name}", ingress=[{{"protocol": "tcp", "fromPort": 22, '
    '"toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}}])\n'
)


@pytest.mark.parametrize(("level", "refused"), [("advisory", {"new"}), ("mandatory", {"old", "new"})])
def test_only_what_a_change_adds_is_refused_where_the_pack_says_so(run_program, tmp_path, monkeypatch, level, refused):
    ingress = [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]
    kind = "aws:ec2/securityGroup:SecurityGroup"
    deployed = {
        "urn": f"urn:pulumi:dev::shop::{kind}::old",
        "custom": True,
        "type": kind,
        "inputs": {"ingress": ingress},
        "outputs": {"ingress": ingress},
    }
    state = tmp_path / "deployed.json"
    state.write_text(
        json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": [deployed]}}), encoding="utf-8"
    )
    monkeypatch.setenv("APEX_BASELINE", str(state))
    config = {"all": "disabled", "restrict_ingress": "mandatory", "baseline": level}
    run = run_program(GROUP.format(name="old") + GROUP.format(name="new"), "security", pack_config=config)
    assert run.status != 0, run.output
    assert run.policy_events, run.output
    told = run.violations("restrict_ingress", "advisory")
    assert set(run.violations("restrict_ingress")) == refused
    assert set(told) == {"old", "new"} - refused
    assert all("deployed already" in message for message in told.values())
