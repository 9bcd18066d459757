"""Production models are released by canary and roll back by themselves."""

from collections.abc import Iterator

from apex.policy.controls import MONITORING, OVERSIGHT, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: production models are released by canary and roll back by themselves."""
    if not context.is_production:
        return
    release = resource.props.at("spec.release")
    if release.text("strategy") != "canary":
        yield f'spec.release.strategy is "{release.text("strategy")}"; required in production: "canary"'
    elif not release.items("rolloutMetrics"):
        yield "spec.release.rolloutMetrics is empty, so the canary cannot fail"
    if release.flag("rollbackOnFailure") is False:
        yield "spec.release.rollbackOnFailure is off"


rule = Rule(
    id="require_canary",
    title="Production models are released by canary and roll back by themselves",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why="A bad model behaves well until real people use it.",
    fix="Use the canary strategy with metrics, and leave rollbackOnFailure on.",
    code=(
        "release: {strategy: canary, rolloutMetrics: [{name: error_rate, threshold: 0.01}], rollbackOnFailure: true}"
    ),
    controls=serving(MONITORING, OVERSIGHT),
)
