"""EMR encrypts what it reads, writes and spills."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: EMR encrypts what it reads, writes and spills."""
    if resource.type == "aws:emr/cluster:Cluster":
        if not resource.props.is_set("securityConfiguration"):
            yield "securityConfiguration is not set"
        if not resource.props.is_set("logUri"):
            yield "logUri is not set, so logs end with the cluster"
    elif not resource.props.is_set("networkConfiguration"):
        yield "networkConfiguration is not set, so jobs run outside the VPC"


rule = Rule(
    id="secure_emr",
    title="EMR encrypts what it reads, writes and spills",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:emr/cluster:Cluster",
        "aws:emrserverless/application:Application",
    ),
    validate=validate,
    why="Clusters spill data to local disks and send it between nodes.",
    fix="Name a security configuration with both encryptions; leave nodes in private subnets.",
    code="security_configuration=encrypted.name",
    controls=serving(ENCRYPTION_AT_REST, ENCRYPTION_IN_TRANSIT),
)
