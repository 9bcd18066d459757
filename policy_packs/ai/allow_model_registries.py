"""Models come from a registry of the platform."""

from collections.abc import Iterator

from apex.policy.controls import PROVENANCE, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: models come from a registry of the platform."""
    repository = resource.props.at("spec.model").text("repository")
    registries = {
        entry.text("name")
        for platform in context.of_type("apex:catalog:Platform")
        for entry in platform.props.map("spec").items("registries")
        if entry.text("holds") == "models"
    }
    if not repository:
        yield "spec.model.repository is not set"
    elif registries and repository not in registries:
        yield f'spec.model.repository is "{repository}"; required: one of {", ".join(sorted(registries))}'


rule = Rule(
    id="allow_model_registries",
    title="Models come from a registry of the platform",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why="Weights from elsewhere are code from strangers.",
    fix="Publish the model to a registry that the platform lists as holding models.",
    code="repository: model-registry",
    controls=serving(PROVENANCE),
)
