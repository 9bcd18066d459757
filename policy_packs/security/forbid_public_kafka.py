"""Kafka brokers are not on the internet."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: kafka brokers are not on the internet."""
    access = resource.props.at("brokerNodeGroupInfo.connectivityInfo.publicAccess").text("type")
    if access not in ("", "DISABLED"):
        yield f'publicAccess.type is "{access}"; required: "DISABLED"'


rule = Rule(
    id="forbid_public_kafka",
    title="Kafka brokers are not on the internet",
    pack="security",
    severity=Severity.CRITICAL,
    types=("aws:msk/cluster:Cluster",),
    validate=validate,
    why="A broker with a public address can be attacked by anybody.",
    fix="Leave public access disabled; connect through the VPC or MSK's private connectivity.",
    code='broker_node_group_info={"connectivity_info": {"public_access": {"type": "DISABLED"}}}',
    controls=serving(NO_PUBLIC_ACCESS),
)
