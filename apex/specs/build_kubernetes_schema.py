"""Derives `data/kubernetes.json` from the OpenAPI document of a Kubernetes release.

    python -m apex.specs.build_kubernetes_schema SWAGGER.json VERSION

The document is `api/openapi-spec/swagger.json` of the Go module k8s.io/kubernetes. What is kept is what a manifest is
held against: the fields of each kind a catalog may hold, their types, and which of them have to be there. Descriptions
are left out, which makes four megabytes a hundred kilobytes.
"""

import json
import sys
from pathlib import Path
from typing import Any

KINDS = {
    "ConfigMap": "v1",
    "CronJob": "batch/v1",
    "DaemonSet": "apps/v1",
    "Deployment": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Ingress": "networking.k8s.io/v1",
    "Job": "batch/v1",
    "LimitRange": "v1",
    "Namespace": "v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "PersistentVolumeClaim": "v1",
    "Pod": "v1",
    "PodDisruptionBudget": "policy/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
    "ReplicaSet": "apps/v1",
    "ResourceQuota": "v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "Secret": "v1",
    "Service": "v1",
    "ServiceAccount": "v1",
    "StatefulSet": "apps/v1",
    "StorageClass": "storage.k8s.io/v1",
}
"""The kinds a catalog may hold and the version that each is read in."""

TARGET = Path(__file__).parent / "data" / "kubernetes.json"
_SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intOrString",
}


def build(swagger: dict[str, Any], version: str) -> dict[str, Any]:
    """The compact form of `swagger`."""
    definitions: dict[str, Any] = swagger["definitions"]
    served: dict[str, dict[str, str]] = {}
    for name, definition in definitions.items():
        for gvk in definition.get("x-kubernetes-group-version-kind", ()):
            api = f"{gvk['group']}/{gvk['version']}" if gvk["group"] else gvk["version"]
            served.setdefault(gvk["kind"], {})[api] = name
    roots = {kind: served[kind][api] for kind, api in KINDS.items()}
    namespaced = _namespaced(swagger)
    types: dict[str, Any] = {}
    waiting = list(roots.values())
    while waiting:
        name = waiting.pop()
        if name in types:
            continue
        fields = {key: _code(field) for key, field in definitions[name].get("properties", {}).items()}
        types[name] = {"fields": dict(sorted(fields.items())), "required": definitions[name].get("required", [])}
        waiting += [part for code in fields.values() if (part := code.strip("[]{}")).startswith("io.")]
    short = {name: name.rpartition(".")[2] if _is_unique(name, types) else name for name in types}
    kinds = {
        kind: {
            "apiVersion": api,
            "namespaced": kind in namespaced,
            "other": sorted(set(served[kind]) - {api}),
            "type": short[roots[kind]],
        }
        for kind, api in KINDS.items()
    }
    return {"kinds": kinds, "types": _renamed(types, short), "version": version}


def _code(field: dict[str, Any]) -> str:
    """A field's type in a word: `string`, `[Container]` for a list, `{quantity}` for a map."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return _SPECIAL.get(name, name)
    kind = field.get("type", "any")
    if kind == "array":
        return f"[{_code(field['items'])}]"
    if kind == "object":
        return f"{{{_code(field['additionalProperties'])}}}" if "additionalProperties" in field else "any"
    return "bytes" if field.get("format") == "byte" else str(kind)


def _is_unique(name: str, types: dict[str, Any]) -> bool:
    return sum(other.rpartition(".")[2] == name.rpartition(".")[2] for other in types) == 1


def _renamed(types: dict[str, Any], short: dict[str, str]) -> dict[str, Any]:
    def rename(code: str) -> str:
        inner = code.strip("[]{}")
        return code.replace(inner, short.get(inner, inner))

    return {
        short[name]: {
            "fields": {key: rename(code) for key, code in known["fields"].items()},
            **({"required": sorted(known["required"])} if known["required"] else {}),
        }
        for name, known in sorted(types.items(), key=lambda item: short[item[0]])
    }


def _namespaced(swagger: dict[str, Any]) -> set[str]:
    return {
        operation["x-kubernetes-group-version-kind"]["kind"]
        for path, operations in swagger["paths"].items()
        if "/namespaces/{namespace}/" in path
        for operation in operations.values()
        if isinstance(operation, dict) and "x-kubernetes-group-version-kind" in operation
    }


if __name__ == "__main__":
    document = build(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2])
    TARGET.write_text(json.dumps(document, indent=0, sort_keys=True) + "\n", encoding="utf-8")
