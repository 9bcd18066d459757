"""Instance metadata takes tokens only."""

from collections.abc import Iterator, Mapping
from typing import Any

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: instance metadata takes tokens only."""
    options = resource.props.map("metadataOptions")
    tokens = options.text("httpTokens")
    if tokens != "required" and options.text("httpEndpoint") != "disabled":
        yield f'metadataOptions.httpTokens is "{tokens or "optional"}"; required: "required"'


def remediate(resource: Subject, context: Context) -> Mapping[str, Any] | None:
    """The properties with tokens required."""
    if not any(validate(resource, context)):
        return None
    options = resource.props.map("metadataOptions").plain()
    # The service takes tokens only together with an endpoint that is switched on.
    wanted = {**options, "httpEndpoint": "enabled", "httpTokens": "required"}
    return {**resource.props.plain(), "metadataOptions": wanted}


rule = Rule(
    id="require_imdsv2",
    title="Instance metadata takes tokens only",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ec2/instance:Instance",
        "aws:ec2/launchConfiguration:LaunchConfiguration",
    ),
    validate=validate,
    remediate=remediate,
    why="With version 1, a request that a server was tricked into making returns the instance's credentials.",
    fix="Set metadata_options.http_tokens to required.",
    code='metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1}',
    controls=serving(LEAST_PRIVILEGE, cis_aws="5.6"),
)
