"""Public-access blocks have no gaps."""

from collections.abc import Iterator, Mapping
from typing import Any

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject

_SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: public-access blocks have no gaps."""
    off = [name for name in _SETTINGS if not resource.props.flag(name)]
    if off:
        yield f"{', '.join(off)} {'is' if len(off) == 1 else 'are'} off; all four are required"


def remediate(resource: Subject, context: Context) -> Mapping[str, Any] | None:
    """The properties with all four settings on."""
    if not any(validate(resource, context)):
        return None
    return {**resource.props.plain(), **dict.fromkeys(_SETTINGS, True)}


rule = Rule(
    id="complete_access_blocks",
    title="Public-access blocks have no gaps",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ),
    validate=validate,
    remediate=remediate,
    why="Each of the four settings closes a way of its own into a bucket; three of them leave one open.",
    fix="Turn all four settings on.",
    code="block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True",
    controls=serving(NO_PUBLIC_ACCESS, cis_aws="2.1.4"),
)
