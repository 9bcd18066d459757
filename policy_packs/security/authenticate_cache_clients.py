"""Caches ask who is connecting."""

from collections.abc import Iterator

from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: caches ask who is connecting."""
    if resource.type == "aws:memorydb/cluster:Cluster":
        if resource.props.text("aclName") in ("", "open-access"):
            yield f'aclName is "{resource.props.text("aclName")}"; required: an access list of named users'
        return
    if not resource.props.is_set("userGroupIds") and not resource.props.is_set("authToken"):
        yield "neither userGroupIds nor authToken is set"


rule = Rule(
    id="authenticate_cache_clients",
    title="Caches ask who is connecting",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:memorydb/cluster:Cluster",
    ),
    validate=validate,
    why="A cache without users gives everything it holds to whoever reaches its port.",
    fix="Set user_group_ids (or auth_token).",
    code="user_group_ids=[users.user_group_id]",
    controls=serving(AUTHENTICATION),
)
