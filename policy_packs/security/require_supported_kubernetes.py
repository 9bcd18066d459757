"""EKS runs a version in standard support."""

from collections.abc import Iterator

from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: EKS runs a version in standard support."""
    oldest = str(context.settings.get("oldest", "1.32"))
    version = resource.props.text("version")
    if not version:
        yield f"version is not set, so it changes with AWS's default; required: {oldest} or newer"
    elif [int(part) for part in version.split(".")] < [int(part) for part in oldest.split(".")]:
        yield f"version is {version}; required: {oldest} or newer"


rule = Rule(
    id="require_supported_kubernetes",
    title="EKS runs a version in standard support",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:eks/cluster:Cluster",),
    validate=validate,
    settings={"oldest": {"type": "string", "default": "1.32", "description": "The oldest version to accept."}},
    why="After standard support, fixes cost six times the price per hour, and end a year later.",
    fix="Move the cluster to a version in standard support.",
    code='version="1.33"',
    controls=serving(SUPPORTED_SOFTWARE),
)
