"""EKS writes API, audit and authenticator logs."""

from collections.abc import Iterator

from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: EKS writes API, audit and authenticator logs."""
    enabled = resource.props.texts("enabledClusterLogTypes")
    missing = [kind for kind in ("api", "audit", "authenticator") if kind not in enabled]
    if missing:
        yield f"enabledClusterLogTypes lacks {', '.join(missing)}"


rule = Rule(
    id="log_cluster_control_plane",
    title="EKS writes API, audit and authenticator logs",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:eks/cluster:Cluster",),
    validate=validate,
    why="The audit log is the only record of who did what in the cluster.",
    fix="Enable at least api, audit and authenticator.",
    code='enabled_cluster_log_types=["api", "audit", "authenticator"]',
    controls=serving(LOGGING),
)
