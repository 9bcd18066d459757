"""Kafka clients and brokers talk TLS only."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: kafka clients and brokers talk TLS only."""
    transit = resource.props.at("encryptionInfo.encryptionInTransit")
    clients = transit.text("clientBroker") or "TLS"
    if clients != "TLS":
        yield f'clientBroker is "{clients}"; required: "TLS"'
    if transit.flag("inCluster") is False:
        yield "inCluster is off, so brokers talk to each other in clear"


rule = Rule(
    id="require_kafka_tls",
    title="Kafka clients and brokers talk TLS only",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:msk/cluster:Cluster",),
    validate=validate,
    why="Records and credentials on a plaintext listener can be read by anything in the network.",
    fix="Set encryption_info.encryption_in_transit to client_broker TLS and in_cluster true.",
    code='encryption_info={"encryption_in_transit": {"client_broker": "TLS", "in_cluster": True}}',
    controls=serving(ENCRYPTION_IN_TRANSIT),
)
