"""Registries scan images when they are pushed."""

from collections.abc import Iterator

from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: registries scan images when they are pushed."""
    if not resource.props.map("imageScanningConfiguration").flag("scanOnPush"):
        yield "imageScanningConfiguration.scanOnPush is off"


rule = Rule(
    id="scan_images",
    title="Registries scan images when they are pushed",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:ecr/repository:Repository",),
    validate=validate,
    why="Known vulnerabilities are cheapest to fix before anything runs.",
    fix="Turn scan_on_push on.",
    code='image_scanning_configuration={"scan_on_push": True}',
    controls=serving(SUPPORTED_SOFTWARE),
)
