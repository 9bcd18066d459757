"""Block volumes are encrypted."""

from collections.abc import Iterator, Mapping
from typing import Any

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: block volumes are encrypted."""
    if resource.type.startswith("aws:ebs/"):
        if not resource.props.flag("encrypted"):
            yield "encrypted is off"
        return
    if resource.type == "aws:ec2/instance:Instance":
        devices = [resource.props.map("rootBlockDevice"), *resource.props.items("ebsBlockDevices")]
    else:
        mappings = resource.props.items("blockDeviceMappings")
        devices = [each.map("ebs") for each in mappings if each.is_set("ebs")]
        if not devices:
            yield "no block device is described, so the image decides whether volumes are encrypted"
    for device in devices:
        if not device.flag("encrypted"):
            yield f"{device.where('encrypted')} is off"


def remediate(resource: Subject, context: Context) -> Mapping[str, Any] | None:
    """A launch template with all its volumes encrypted. Volumes that exist are left alone: they would be replaced."""
    if resource.type != "aws:ec2/launchTemplate:LaunchTemplate" or not any(validate(resource, context)):
        return None
    blocks = resource.props.items("blockDeviceMappings")
    mappings = [
        {**each.plain(), "ebs": {**each.map("ebs").plain(), "encrypted": "true"}}
        if each.is_set("ebs")
        else each.plain()
        for each in blocks
    ]
    return {**resource.props.plain(), "blockDeviceMappings": mappings} if mappings else None


rule = Rule(
    id="encrypt_volumes",
    title="Block volumes are encrypted",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:ebs/volume:Volume",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ec2/instance:Instance",
        "aws:ebs/snapshotCopy:SnapshotCopy",
    ),
    validate=validate,
    remediate=remediate,
    why="A volume's snapshots travel: to other accounts, regions and backups.",
    fix="Set encrypted on each volume and block device.",
    code=('block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"encrypted": True, "kms_key_id": key.arn}}]'),
    controls=serving(ENCRYPTION_AT_REST, cis_aws="2.2.1"),
)
