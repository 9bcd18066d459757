"""CloudTrail records every region."""

from collections.abc import Iterator

from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: cloudTrail records every region."""
    if not resource.props.flag("isMultiRegionTrail"):
        yield "isMultiRegionTrail is off"
    if resource.props.flag("enableLogging") is False:
        yield "enableLogging is off"
    if resource.props.flag("includeGlobalServiceEvents") is False:
        yield "includeGlobalServiceEvents is off"


rule = Rule(
    id="cover_all_regions",
    title="CloudTrail records every region",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:cloudtrail/trail:Trail",),
    validate=validate,
    why="What happens in a region that nobody uses is what nobody notices.",
    fix="Make the trail multi-region with global events, and leave logging on.",
    code="is_multi_region_trail=True, include_global_service_events=True",
    controls=serving(LOGGING, cis_aws="3.1"),
)
