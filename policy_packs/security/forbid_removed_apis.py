"""Objects are of API versions that the cluster serves."""

from collections.abc import Iterator

from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.kubernetes_apis import cluster_version, minor_of, retired_apis
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject

NEWEST = "1.35"
"""The version that is taken for objects whose cluster is not in sight."""


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: objects are of API versions that the cluster serves."""
    api = retired_apis()[resource.type]
    version = cluster_version(context, NEWEST)
    if api.removed and minor_of(version) >= minor_of(api.removed):
        name = resource.type.removeprefix("kubernetes:").replace(":", " ")
        yield f"{name} was removed in Kubernetes {api.removed}, and the cluster runs {version}; use {api.instead}"


rule = Rule(
    id="forbid_removed_apis",
    title="Objects are of API versions that the cluster serves",
    pack="security",
    severity=Severity.HIGH,
    types=tuple(sorted(token for token, api in retired_apis().items() if api.removed)),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "version": {"type": "string", "description": "The cluster's version, for objects of another stack's cluster."}
    },
    why="The API server refuses the object, or has already lost it in its last upgrade.",
    fix="Write the object in the version that replaced it.",
    code='"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"',
    controls=serving(SUPPORTED_SOFTWARE),
)
