"""Models are released by an exact version."""

import re
from collections.abc import Iterator

from apex.policy.controls import PROVENANCE, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: models are released by an exact version."""
    version = resource.props.at("spec.model").text("version")
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", version):
        yield f'spec.model.version is "{version}"; required: an exact version such as 3.1.0'
    elif context.is_production and "-" in version.split("+")[0]:
        yield f'spec.model.version is "{version}", a pre-release, in production'


rule = Rule(
    id="pin_model_version",
    title="Models are released by an exact version",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why='What "latest" was when something went wrong cannot be found out afterwards.',
    fix="Write a full semantic version; in production one that is no pre-release.",
    code="version: 3.1.0",
    controls=serving(PROVENANCE),
)
