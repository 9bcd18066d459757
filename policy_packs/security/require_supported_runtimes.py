"""Functions run on runtimes that get fixes."""

from collections.abc import Iterator

from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: functions run on runtimes that get fixes."""
    runtimes = resource.props.texts("compatibleRuntimes") or [resource.props.text("runtime")]
    for runtime in runtimes:
        if runtime in _ENDED or runtime.startswith(_ENDED_FAMILIES):
            yield f'runtime "{runtime}" is out of support'


_ENDED = frozenset(
    {"python3.6", "python3.7", "python3.8", "python3.9", "java8", "go1.x", "provided", "nodejs", "ruby2.5", "ruby2.7"}
)
_ENDED_FAMILIES = (
    "nodejs4",
    "nodejs6",
    "nodejs8",
    "nodejs10",
    "nodejs12",
    "nodejs14",
    "nodejs16",
    "nodejs18",
    "dotnetcore",
    "dotnet6",
    "dotnet7",
    "python2",
)

rule = Rule(
    id="require_supported_runtimes",
    title="Functions run on runtimes that get fixes",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:lambda/function:Function",
        "aws:lambda/layerVersion:LayerVersion",
    ),
    validate=validate,
    why="A deprecated runtime gets no security fixes.",
    fix="Move the function to a runtime in support.",
    code='runtime="python3.13"',
    controls=serving(SUPPORTED_SOFTWARE),
)
