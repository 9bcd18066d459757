"""Buckets replicate to our own accounts only."""

from collections.abc import Iterator

from apex.policy.controls import RESIDENCY, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: buckets replicate to our own accounts only."""
    known = {str(account) for account in context.settings.get("accounts", ())}
    for each in resource.props.items("rules"):
        account = each.map("destination").text("account")
        if account and account not in known:
            yield f"replicates to account {account}"


rule = Rule(
    id="forbid_foreign_replication",
    title="Buckets replicate to our own accounts only",
    pack="data",
    severity=Severity.HIGH,
    types=("aws:s3/bucketReplicationConfig:BucketReplicationConfig",),
    validate=validate,
    settings={"accounts": {"type": "array", "items": {"type": "string"}, "description": "Our own accounts."}},
    why="A replica in another account is out of our hands, together with everything that is written later.",
    fix="Remove the destination's account, or list it in the pack's configuration.",
    code='rules=[{"status": "Enabled", "destination": {"bucket": replica.arn}}]',
    controls=serving(RESIDENCY),
)
