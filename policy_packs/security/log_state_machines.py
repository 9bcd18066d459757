"""State machines log and trace their runs."""

from collections.abc import Iterator

from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: state machines log and trace their runs."""
    level = resource.props.map("loggingConfiguration").text("level") or "OFF"
    if level == "OFF":
        yield "loggingConfiguration.level is OFF"


rule = Rule(
    id="log_state_machines",
    title="State machines log and trace their runs",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:sfn/stateMachine:StateMachine",),
    validate=validate,
    why="Without a log, which step of a pipeline failed on which file is a guess.",
    fix="Set a logging configuration with a level other than OFF.",
    code=(
        'logging_configuration={"level": "ERROR", "include_execution_data": False, "log_destination": f"{group.arn}:*"}'
    ),
    controls=serving(LOGGING),
)
