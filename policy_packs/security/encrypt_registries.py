"""Image registries are encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Enforcement, Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: image registries are encrypted with a customer key."""
    blocks = resource.props.items("encryptionConfigurations") or resource.props.items("encryptionConfiguration")
    if not any(block.text("encryptionType").startswith("KMS") and block.is_set("kmsKey") for block in blocks):
        yield "encryptionConfigurations names no kmsKey, so the service's own key is used"


rule = Rule(
    id="encrypt_registries",
    title="Image registries are encrypted with a customer key",
    pack="security",
    severity=Severity.LOW,
    types=("aws:ecr/repository:Repository",),
    validate=validate,
    enforcement=Enforcement.ADVISORY,
    why="Images hold code, and models; with a key of ours, reading them can be withdrawn and leaves a record.",
    fix="Name a key when the repository is made: it cannot be changed afterwards.",
    code='encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}]',
    controls=serving(ENCRYPTION_AT_REST),
)
