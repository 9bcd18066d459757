"""OpenSearch domains know who asks."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, LOGGING, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: openSearch domains know who asks, and write down what was asked."""
    if not resource.props.map("advancedSecurityOptions").flag("enabled"):
        yield "advancedSecurityOptions.enabled is off, so everybody whom the domain lets in may read every index"
    kinds = {each.text("logType") for each in resource.props.items("logPublishingOptions")}
    if "AUDIT_LOGS" not in kinds:
        yield "logPublishingOptions has no AUDIT_LOGS"


rule = Rule(
    id="authenticate_search_users",
    title="OpenSearch domains know who asks",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:elasticsearch/domain:Domain",
        "aws:opensearch/domain:Domain",
    ),
    validate=validate,
    why="Without access control of its own, a domain is open to whoever reaches its network, and keeps no record.",
    fix="Turn advanced_security_options on and publish AUDIT_LOGS.",
    code='log_publishing_options=[{"log_type": "AUDIT_LOGS", "cloudwatch_log_group_arn": logs.arn}]',
    controls=serving(AUTHENTICATION, LOGGING),
)
