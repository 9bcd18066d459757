"""The bias that was measured is within the thresholds."""

from collections.abc import Iterator

from apex.policy.controls import FAIRNESS, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject

_NOTE = "governance.apexlogic.com/measured-bias"


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: the bias that was measured is within the thresholds. Without a report there is nothing to hold."""
    report = resource.props.at("metadata.annotations").text(_NOTE)
    if not report:
        return
    thresholds = resource.props.at("spec.governance.biasDetection.thresholds")
    measured = {}
    for entry in report.split():
        measure, _, text = entry.partition("=")
        try:
            measured[measure] = float(text)
        except ValueError:
            yield f'{_NOTE} has "{entry}"; required: measure=value, such as demographic_parity_difference=0.05'
    for measure in thresholds.names():
        limit, value = thresholds.number(measure), measured.get(measure)
        if limit is None:
            continue
        if value is None:
            yield f"{measure} has a threshold and was not measured"
        elif value < limit if measure.endswith("_ratio") else value > limit:
            bound = "least" if measure.endswith("_ratio") else "most"
            yield f"{measure} was measured as {value:g}; required: at {bound} {limit:g}"


rule = Rule(
    id="hold_measured_bias",
    title="The bias that was measured is within the thresholds",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why="A threshold protects only if a model that misses it stays where it is.",
    fix="Train or calibrate until each measure is within its threshold; write what was measured into the annotation.",
    code=f"annotations: {{{_NOTE}: demographic_parity_difference=0.05 equal_opportunity_difference=0.06}}",
    controls=serving(FAIRNESS),
)
