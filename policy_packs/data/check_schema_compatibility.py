"""Schema registries refuse incompatible changes."""

from collections.abc import Iterator

from apex.policy.controls import QUALITY, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: schema registries refuse incompatible changes."""
    mode = resource.props.text("compatibility")
    if mode in ("", "NONE", "DISABLED"):
        yield f'compatibility is "{mode}"; required: BACKWARD, FORWARD or FULL'


rule = Rule(
    id="check_schema_compatibility",
    title="Schema registries refuse incompatible changes",
    pack="data",
    severity=Severity.MEDIUM,
    types=("aws:glue/schema:Schema",),
    validate=validate,
    why="With no compatibility mode, a producer can publish what no reader understands.",
    fix="Use BACKWARD, FORWARD or FULL (or their _ALL forms).",
    code='compatibility="BACKWARD"',
    controls=serving(QUALITY),
)
