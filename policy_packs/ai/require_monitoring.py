"""Models report to a monitor over TLS."""

from collections.abc import Iterator

from apex.policy.controls import MONITORING, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: models report to a monitor over TLS."""
    url = resource.props.at("spec.governance.biasDetection").text("monitoringEndpoint")
    if not url.startswith("https://"):
        yield f'spec.governance.biasDetection.monitoringEndpoint is "{url}"; required: an https URL'


rule = Rule(
    id="require_monitoring",
    title="Models report to a monitor over TLS",
    pack="ai",
    severity=Severity.MEDIUM,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why="Drift and bias appear after the release.",
    fix="Set monitoringEndpoint to an https URL.",
    code="monitoringEndpoint: https://monitor.example.com/v1",
    controls=serving(MONITORING),
)
