"""The compact schema is derived from the API server's OpenAPI document, and it is what the package carries."""

from apex.specs.build_kubernetes_schema import KINDS, build
from apex.specs.kubernetes import schema

POD = "io.k8s.api.core.v1.Pod"
SWAGGER_FIELD = {"type": "array", "items": {"$ref": "#/definitions/io.k8s.api.core.v1.Container"}}


def _swagger() -> dict[str, object]:
    definitions: dict[str, object] = {
        "io.k8s.api.core.v1.Container": {
            "properties": {
                "image": {"type": "string"},
                "limits": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity"},
                },
                "port": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString"},
            },
            "required": ["image"],
        },
        "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": "string"},
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": "string"},
    }
    paths: dict[str, object] = {}
    for kind, api in KINDS.items():
        group, _, version = api.rpartition("/")
        gvk = {"group": group, "version": version, "kind": kind}
        definitions[f"io.k8s.api.x.{kind}"] = {
            "properties": {"containers": SWAGGER_FIELD},
            "x-kubernetes-group-version-kind": [gvk],
        }
        if kind not in ("Namespace", "PriorityClass", "StorageClass"):
            path = f"/apis/{api}/namespaces/{{namespace}}/{kind.lower()}s"
            paths[path] = {"get": {"x-kubernetes-group-version-kind": gvk}}
    return {"definitions": definitions, "paths": paths}


def test_types_are_told_in_a_word() -> None:
    built = build(_swagger(), "9.9.9")
    assert built["types"]["Container"] == {
        "fields": {"image": "string", "limits": "{quantity}", "port": "intOrString"},
        "required": ["image"],
    }
    assert built["types"]["Pod"] == {"fields": {"containers": "[Container]"}}
    assert built["kinds"]["Pod"] == {"apiVersion": "v1", "namespaced": True, "other": [], "type": "Pod"}
    assert built["kinds"]["Namespace"]["namespaced"] is False
    assert built["version"] == "9.9.9"


def test_the_package_carries_every_kind() -> None:
    carried = schema()
    assert {kind: known["apiVersion"] for kind, known in carried["kinds"].items()} == KINDS
    assert "imagePullPolicy" in carried["types"]["Container"]["fields"]
    assert "imagePullPolicy" not in carried["types"]["PodSpec"]["fields"]
