"""Kafka clients authenticate."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: kafka clients authenticate."""
    login = resource.props.map("clientAuthentication")
    if login.flag("unauthenticated"):
        yield "clientAuthentication.unauthenticated is on"
    sasl, tls = login.map("sasl"), login.map("tls")
    if not (sasl.flag("iam") or sasl.flag("scram") or tls.is_set("certificateAuthorityArns")):
        yield "none of IAM, SCRAM or mutual TLS is on in clientAuthentication"


rule = Rule(
    id="authenticate_kafka_clients",
    title="Kafka clients authenticate",
    pack="security",
    severity=Severity.CRITICAL,
    types=("aws:msk/cluster:Cluster",),
    validate=validate,
    why="Without authentication everything in the network may read and write every topic.",
    fix="Turn on IAM (or SCRAM or mutual TLS) and leave unauthenticated access off.",
    code='client_authentication={"sasl": {"iam": True}, "unauthenticated": False}',
    controls=serving(AUTHENTICATION),
)
