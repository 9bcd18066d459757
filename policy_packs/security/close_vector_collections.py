"""Vector collections are reached through the VPC only."""

import json
from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: vector collections are reached through the VPC only."""
    if resource.props.text("type") != "network":
        return
    for entry in json.loads(resource.props.text("policy") or "[]"):
        if entry.get("AllowFromPublic") is not False:
            yield "the network policy does not say AllowFromPublic false"
        elif not entry.get("SourceVPCEs") and not entry.get("SourceServices"):
            yield "the network policy names neither SourceVPCEs nor SourceServices"


def foresee(resource: Subject, context: Context) -> bool:
    """Whether the document is made of endpoints of this stack and of nothing else that is not known."""
    sources = [context.by_urn.get(urn) for urn in resource.dependencies("policy")]
    return bool(sources) and all(source is not None and source.type == _ENDPOINT for source in sources)


_ENDPOINT = "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint"

rule = Rule(
    id="close_vector_collections",
    title="Vector collections are reached through the VPC only",
    pack="security",
    severity=Severity.CRITICAL,
    types=("aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",),
    validate=validate,
    unknown=Unknown.DEFER,
    foresee=foresee,
    why="Embeddings reveal what they were made from.",
    fix="Set AllowFromPublic to false and name the VPC endpoints.",
    code='policy=json.dumps([{"Rules": rules, "AllowFromPublic": False, "SourceVPCEs": [endpoint_id]}])',
    controls=serving(NO_PUBLIC_ACCESS),
)
