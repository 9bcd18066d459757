"""Vector collections are encrypted with a customer key."""

import json
from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: vector collections are encrypted with a customer key."""
    if resource.props.text("type") != "encryption":
        return
    document = json.loads(resource.props.text("policy") or "{}")
    if document.get("AWSOwnedKey") or not document.get("KmsARN"):
        yield "the encryption policy uses the service's own key"


def foresee(resource: Subject, context: Context) -> bool:
    """Whether the document is made of the ARN of a key of this stack and of nothing else that is not known."""
    sources = [context.by_urn.get(urn) for urn in resource.dependencies("policy")]
    return bool(sources) and all(source is not None and source.type == "aws:kms/key:Key" for source in sources)


rule = Rule(
    id="encrypt_vector_collections",
    title="Vector collections are encrypted with a customer key",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",),
    validate=validate,
    unknown=Unknown.DEFER,
    foresee=foresee,
    why="With the service's own key nobody can withdraw access to the data by withdrawing the key.",
    fix="Name a key in the encryption policy.",
    code='policy=json.dumps({"Rules": rules, "AWSOwnedKey": False, "KmsARN": key_arn})',
    controls=serving(ENCRYPTION_AT_REST),
)
