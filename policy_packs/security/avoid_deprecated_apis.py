"""Objects are of API versions that will stay."""

from collections.abc import Iterator

from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.kubernetes_apis import cluster_version, minor_of, retired_apis
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject

NEWEST = "1.35"
"""The version that is taken for objects whose cluster is not in sight."""


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: objects are of API versions that will stay."""
    api = retired_apis()[resource.type]
    version = minor_of(cluster_version(context, NEWEST))
    is_served = not api.removed or version < minor_of(api.removed)
    if is_served and version >= minor_of(api.deprecated):
        name = resource.type.removeprefix("kubernetes:").replace(":", " ")
        end = f" and ends with {api.removed}" if api.removed else ""
        yield f"{name} is deprecated since Kubernetes {api.deprecated}{end}; use {api.instead}"


rule = Rule(
    id="avoid_deprecated_apis",
    title="Objects are of API versions that will stay",
    pack="security",
    severity=Severity.LOW,
    types=tuple(sorted(retired_apis())),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    settings={
        "version": {"type": "string", "description": "The cluster's version, for objects of another stack's cluster."}
    },
    why="Each cluster upgrade then waits for whoever still uses the old version.",
    fix="Write the object in the version that replaces it.",
    code='"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice"',
    controls=serving(SUPPORTED_SOFTWARE),
)
