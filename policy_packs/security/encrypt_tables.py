"""DynamoDB tables are encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: dynamoDB tables are encrypted with a customer key."""
    settings = resource.props.map("serverSideEncryption")
    if not settings.flag("enabled") or not settings.is_set("kmsKeyArn"):
        yield "serverSideEncryption names no customer key"


rule = Rule(
    id="encrypt_tables",
    title="DynamoDB tables are encrypted with a customer key",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:dynamodb/table:Table",),
    validate=validate,
    why="With the service's own key, no key policy limits who reads.",
    fix="Set server_side_encryption with a key of yours.",
    code='server_side_encryption={"enabled": True, "kms_key_arn": key.arn}',
    controls=serving(ENCRYPTION_AT_REST),
)
