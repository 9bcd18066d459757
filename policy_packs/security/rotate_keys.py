"""Customer keys are rotated every year."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: customer keys are rotated every year."""
    if resource.props.text("customerMasterKeySpec") not in ("", "SYMMETRIC_DEFAULT"):
        return
    if resource.props.text("keyUsage") not in ("", "ENCRYPT_DECRYPT"):
        return
    if not resource.props.flag("enableKeyRotation"):
        yield "enableKeyRotation is off"


rule = Rule(
    id="rotate_keys",
    title="Customer keys are rotated every year",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:kms/key:Key",),
    validate=validate,
    why="Rotation limits how much one leaked key opens.",
    fix="Turn enable_key_rotation on.",
    code="enable_key_rotation=True",
    controls=serving(ENCRYPTION_AT_REST, cis_aws="3.6", pci_dss="3.7.4"),
)
