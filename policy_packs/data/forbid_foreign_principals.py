"""Buckets let in our own accounts only."""

import re
from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, RESIDENCY, serving
from apex.policy.documents import statements
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: buckets let in our own accounts only."""
    known = {str(account) for account in context.settings.get("accounts", ())}
    for statement in statements(resource.props, "policy"):
        if not statement.allows or statement.narrows("aws:PrincipalOrgID", "aws:PrincipalOrgPaths"):
            continue
        found = (re.match(r"AWS:(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::|$)", name) for name in statement.principals)
        for account in sorted({match[1] for match in found if match} - known):
            yield f"{statement.title} lets in account {account}"


rule = Rule(
    id="forbid_foreign_principals",
    title="Buckets let in our own accounts only",
    pack="data",
    severity=Severity.HIGH,
    types=("aws:s3/bucketPolicy:BucketPolicy",),
    validate=validate,
    unknown=Unknown.DEFER,
    settings={"accounts": {"type": "array", "items": {"type": "string"}, "description": "Our own accounts."}},
    why="Another account decides by itself who of its people may then read the data.",
    fix="Share by a role of this account, list the account in the pack's configuration, or require aws:PrincipalOrgID.",
    code='"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}',
    controls=serving(LEAST_PRIVILEGE, RESIDENCY),
)
