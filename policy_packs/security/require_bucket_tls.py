"""Bucket policies deny requests without TLS."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_IN_TRANSIT, serving
from apex.policy.documents import statements
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: bucket policies deny requests without TLS."""
    if not any(statement.denies_without_tls() for statement in statements(resource.props, "policy")):
        yield "no statement denies s3:* to everybody when aws:SecureTransport is false"


rule = Rule(
    id="require_bucket_tls",
    title="Bucket policies deny requests without TLS",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:s3/bucketPolicy:BucketPolicy",),
    validate=validate,
    unknown=Unknown.DEFER,
    why="Data that crosses a network in clear can be read and changed on the way.",
    fix="Add a statement that denies s3:* to everybody when aws:SecureTransport is false.",
    code=(
        '{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"], "Condition": '
        '{"Bool": {"aws:SecureTransport": "false"}}}'
    ),
    controls=serving(ENCRYPTION_IN_TRANSIT, cis_aws="2.1.1"),
)
