"""File systems are encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: file systems are encrypted with a customer key."""
    if resource.type.startswith("aws:efs/") and not resource.props.flag("encrypted"):
        yield "encrypted is off"
    elif not resource.props.is_set("kmsKeyId"):
        yield "kmsKeyId is not set, so AWS's shared key is used; a customer key is required"


rule = Rule(
    id="encrypt_file_systems",
    title="File systems are encrypted with a customer key",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:efs/fileSystem:FileSystem",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
    ),
    validate=validate,
    why="Training data and model weights lie on shared file systems.",
    fix="Set encrypted (EFS) and kms_key_id.",
    code="encrypted=True, kms_key_id=key.arn",
    controls=serving(ENCRYPTION_AT_REST, cis_aws="2.4.1"),
)
