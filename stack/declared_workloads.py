"""Plain Kubernetes manifests of the catalog as arguments: the objects of one name are one workload."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from apex.specs import Catalog
from components.team_namespace import TeamNamespace
from components.workload_manifest import WorkloadManifestArgs
from stack.declared import cost_tags, namespace_of
from stack.environment import Environment


def workloads(
    env: Environment, declared: Catalog, namespaces: Mapping[str, TeamNamespace]
) -> Iterator[tuple[str, WorkloadManifestArgs]]:
    """Name and arguments of every workload; the name begins with the namespace, as two may use the same one."""

    def place(found: object) -> tuple[str, str]:
        return found.namespace or "", found.name  # type: ignore[attr-defined]

    for (namespace, name), group in groupby(sorted(declared.manifests, key=place), place):
        found = list(group)
        args: WorkloadManifestArgs = {
            "tags": cost_tags(env, declared, *found),
            "manifests": [declaration.content for declaration in found],
        }
        if namespace:
            args["namespace"] = namespace_of(found[0], namespaces)
        yield f"{namespace}-{name}" if namespace else name, args
