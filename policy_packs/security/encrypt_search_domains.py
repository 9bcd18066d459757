"""OpenSearch encrypts storage and traffic between nodes."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: openSearch encrypts storage and traffic between nodes."""
    if not resource.props.map("encryptAtRest").flag("enabled"):
        yield "encryptAtRest.enabled is off"
    if not resource.props.map("nodeToNodeEncryption").flag("enabled"):
        yield "nodeToNodeEncryption.enabled is off"


rule = Rule(
    id="encrypt_search_domains",
    title="OpenSearch encrypts storage and traffic between nodes",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:opensearch/domain:Domain",
        "aws:elasticsearch/domain:Domain",
    ),
    validate=validate,
    why="Indexes hold the same data as their sources.",
    fix="Turn both encryptions on, with a key of yours.",
    code='encrypt_at_rest={"enabled": True, "kms_key_id": key.arn}, node_to_node_encryption={"enabled": True}',
    controls=serving(ENCRYPTION_AT_REST, ENCRYPTION_IN_TRANSIT),
)
