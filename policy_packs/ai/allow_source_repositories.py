"""Web components are built from an allowed repository."""

from collections.abc import Iterator

from apex.policy.controls import PROVENANCE, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: web components are built from an allowed repository."""
    repository = resource.props.at("spec.webComponent").text("sourceRepo")
    prefixes = tuple(map(str, context.settings.get("prefixes", ("https://github.com/",))))
    if repository and not repository.startswith(prefixes):
        yield f'spec.webComponent.sourceRepo is "{repository}"; required: one that starts with {" or ".join(prefixes)}'


rule = Rule(
    id="allow_source_repositories",
    title="Web components are built from an allowed repository",
    pack="ai",
    severity=Severity.MEDIUM,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "prefixes": {
            "type": "array",
            "items": {"type": "string"},
            "description": "How the addresses of allowed repositories start.",
        }
    },
    why="What is built from a stranger's repository runs in front of our users.",
    fix="Use a repository of the organisation, or list its prefix in the pack's configuration.",
    code="sourceRepo: https://github.com/example/voice-assistant-web",
    controls=serving(PROVENANCE),
)
