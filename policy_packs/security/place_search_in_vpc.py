"""OpenSearch domains are inside a VPC."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: openSearch domains are inside a VPC."""
    if not resource.props.is_set("vpcOptions"):
        yield "vpcOptions is not set, so the domain's endpoint is on the internet"
    elif not resource.props.map("vpcOptions").is_set("subnetIds"):
        yield "vpcOptions names no subnets"


rule = Rule(
    id="place_search_in_vpc",
    title="OpenSearch domains are inside a VPC",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:opensearch/domain:Domain",
        "aws:elasticsearch/domain:Domain",
    ),
    validate=validate,
    why="A domain outside a VPC answers on the internet, held back by one policy only.",
    fix="Give the domain vpc_options.",
    code='vpc_options={"subnet_ids": subnets, "security_group_ids": [group.id]}',
    controls=serving(NO_PUBLIC_ACCESS),
)
