"""Load balancers log requests."""

from collections.abc import Iterator

from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Enforcement, Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: load balancers log requests."""
    if not resource.props.map("accessLogs").flag("enabled"):
        yield "accessLogs.enabled is off"


rule = Rule(
    id="log_load_balancers",
    title="Load balancers log requests",
    pack="security",
    severity=Severity.LOW,
    types=(
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:alb/loadBalancer:LoadBalancer",
    ),
    validate=validate,
    enforcement=Enforcement.ADVISORY,
    why="The access log is what shows who sent what, and how it was answered.",
    fix="Enable access_logs.",
    code='access_logs={"bucket": logs.id, "enabled": True}',
    controls=serving(LOGGING),
)
