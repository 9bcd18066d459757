"""Databases take IAM logins."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: databases take IAM logins."""
    if resource.props.is_set("clusterIdentifier") and resource.type == "aws:rds/instance:Instance":
        return
    if resource.props.text("engine").startswith(("oracle", "sqlserver", "custom")):
        return
    name = "iamDatabaseAuthenticationEnabled"
    if not resource.props.flag(name):
        yield f"{name} is off"


rule = Rule(
    id="require_database_iam",
    title="Databases take IAM logins",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:rds/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:neptune/cluster:Cluster",
    ),
    validate=validate,
    why="A password that many programs share is never changed; an IAM token lives fifteen minutes.",
    fix="Turn IAM database authentication on.",
    code="iam_database_authentication_enabled=True",
    controls=serving(AUTHENTICATION),
)
