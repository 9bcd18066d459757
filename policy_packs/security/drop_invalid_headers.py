"""Load balancers drop invalid headers."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: load balancers drop invalid headers."""
    kind = resource.props.text("loadBalancerType") or "application"
    if kind == "application" and not resource.props.flag("dropInvalidHeaderFields"):
        yield "dropInvalidHeaderFields is off"


rule = Rule(
    id="drop_invalid_headers",
    title="Load balancers drop invalid headers",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:alb/loadBalancer:LoadBalancer",
    ),
    validate=validate,
    why="Malformed headers are how requests are smuggled past the load balancer.",
    fix="Turn drop_invalid_header_fields on.",
    code="drop_invalid_header_fields=True",
    controls=serving(ENCRYPTION_IN_TRANSIT),
)
