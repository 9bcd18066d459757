"""Instance metadata takes tokens only."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: instance metadata takes tokens only."""
    options = resource.props.map("metadataOptions")
    tokens = options.text("httpTokens")
    if tokens != "required" and options.text("httpEndpoint") != "disabled":
        yield f'metadataOptions.httpTokens is "{tokens or "optional"}"; required: "required"'


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
    why="With version 1, a request that a server was tricked into making returns the instance's credentials.",
    fix="Set metadata_options.http_tokens to required.",
    code='metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1}',
    controls=serving(LEAST_PRIVILEGE, cis_aws="5.6"),
)
