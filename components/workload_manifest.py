"""Kubernetes objects that a team wrote itself: deployed as they are, with who pays and with walls around their pods."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from apex.tags import REQUIRED, CostTags
from components import workload
from components.arguments import Arguments

_POD_TEMPLATES: dict[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
"""The kinds that run pods, and where the pod is in each."""

_CLUSTER_WIDE = ("Namespace", "PriorityClass", "StorageClass")
_READ_BY_PODS = ("ConfigMap", "Secret", "ServiceAccount")
_SECRET_FIELDS = ("data", "stringData")


class WorkloadManifestArgs(TypedDict):
    """What a workload of plain Kubernetes objects is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    namespace: NotRequired[pulumi.Input[str]]
    """An existing namespace. Required unless all objects belong to the whole cluster. Default: none."""
    manifests: list[dict[str, Any]]
    """The objects as Kubernetes has them, at most one of each kind."""


class WorkloadManifest(pulumi.ComponentResource):
    """Objects deployed as they are written; every object and pod template gets the cost tags as labels.

    A namespace of ours denies all traffic, so each kind that runs pods also gets two NetworkPolicies: one that denies
    everything, and one that lets the pods of its own namespace reach its containers' ports and itself resolve names.
    A NetworkPolicy among the manifests opens more::

        WorkloadManifest("translator", {"tags": tags, "namespace": "language", "manifests": [deployment, service]})
    """

    object_names: list[str]
    """What was deployed, as `Kind/name`."""

    def __init__(self, name: str, args: WorkloadManifestArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        cost_tags = _check(name, args)
        super().__init__("apex:index:WorkloadManifest", name, {"tags": args["tags"]}, opts)
        self._name = name
        self._labels = cost_tags.kubernetes()
        self._namespace = args.get("namespace")
        manifests = sorted(args["manifests"], key=lambda manifest: str(manifest["kind"]))
        # A pod that starts before its walls or before what it reads is open, or fails, for that moment.
        before: list[pulumi.Resource] = []
        for manifest in manifests:
            if manifest["kind"] in _POD_TEMPLATES:
                before += self._wall_off(manifest)
        for manifest in manifests:
            if manifest["kind"] in _READ_BY_PODS:
                before.append(self._deploy(manifest, []))
        for manifest in manifests:
            if manifest["kind"] not in _READ_BY_PODS:
                self._deploy(manifest, before if manifest["kind"] in _POD_TEMPLATES else [])
        self.object_names = [f"{manifest['kind']}/{manifest['metadata']['name']}" for manifest in manifests]
        self.register_outputs({"objectNames": self.object_names})

    def _deploy(self, manifest: Mapping[str, Any], after: list[pulumi.Resource]) -> pulumi.Resource:
        kind = str(manifest["kind"])
        labelled = _labelled(manifest, self._labels)
        metadata = labelled["metadata"]
        if kind not in _CLUSTER_WIDE:
            metadata = {**metadata, "namespace": self._namespace}
        fields = {
            _snake(key): pulumi.Output.secret(value) if kind == "Secret" and key in _SECRET_FIELDS else value
            for key, value in labelled.items()
            if key not in ("apiVersion", "kind", "metadata", "status")
        }
        made: pulumi.Resource = _class(str(manifest["apiVersion"]), kind)(
            f"{self._name}-{kind.lower()}",
            metadata=metadata,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
            **fields,
        )
        return made

    def _wall_off(self, manifest: Mapping[str, Any]) -> list[pulumi.Resource]:
        kind, name = str(manifest["kind"]), str(manifest["metadata"]["name"])
        match = _selector(manifest)
        ports = _ports(_pod(manifest))
        # Without ports nothing is let in: an empty list of ports would mean all of them.
        ingress = [{"from": [{"podSelector": {}}], "ports": ports}] if ports else []
        specs = {
            "deny": workload.network_policy(match, [], []),
            "allow": workload.network_policy(match, ingress, [workload.allow_dns()]),
        }
        return [
            kubernetes.networking.v1.NetworkPolicy(
                f"{self._name}-{kind.lower()}-{suffix}",
                metadata={
                    "name": f"{name}-{kind.lower()}-{suffix}",
                    "namespace": self._namespace,
                    "labels": self._labels,
                },
                spec=spec,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for suffix, spec in specs.items()
        ]


def _check(name: str, args: WorkloadManifestArgs) -> CostTags:
    read = Arguments(name, args)
    read.allow_only(WorkloadManifestArgs.__annotations__)
    cost_tags = read.cost_tags()
    manifests = args.get("manifests") or []
    if not manifests:
        read.refuse("manifests", "is empty; name at least one object")
    for index, manifest in enumerate(manifests):
        place = f"manifests[{index}]"
        kind, version = str(manifest.get("kind", "")), str(manifest.get("apiVersion", ""))
        if _class(version, kind) is None:
            read.refuse(place, f'no kind "{kind}" is known in "{version}"; write such as apps/v1 and Deployment')
            continue
        if not (manifest.get("metadata") or {}).get("name"):
            read.refuse(f"{place}.metadata.name", "is missing; every object has a name")
        if [other.get("kind") for other in manifests[:index]].count(kind):
            read.refuse(place, f"is the second {kind}; give each its own component")
        if kind in _POD_TEMPLATES and not _selector(manifest):
            read.refuse(place, f"has pods without labels, which no NetworkPolicy can select; label the {kind}'s pods")
    local = [str(manifest.get("kind")) for manifest in manifests if manifest.get("kind") not in _CLUSTER_WIDE]
    if local and args.get("namespace") is None:
        read.refuse("namespace", f"is missing; a {local[0]} lives in one, name it")
    read.refuse_if_wrong()
    return cost_tags


def _class(api_version: str, kind: str) -> Any:
    """The SDK's class of a kind, None where there is none."""
    group, _, version = api_version.rpartition("/")
    module = getattr(kubernetes, group.split(".")[0] if group else "core", None)
    return getattr(getattr(module, version, None), kind, None)


def _snake(key: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", key)


def _pod(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The pod that a manifest runs, with its metadata and spec."""
    found: Any = manifest
    for key in _POD_TEMPLATES[str(manifest["kind"])]:
        found = (found or {}).get(key)
    return found or {}


def _selector(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Labels of the pods of a manifest that no other pods have."""
    selector = (manifest.get("spec") or {}).get("selector") or {}
    own = (_pod(manifest).get("metadata") or {}).get("labels") or {}
    return dict(selector.get("matchLabels") or own)


def _ports(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    ports = {
        (str(port.get("protocol", "TCP")), int(port["containerPort"]))
        for container in (pod.get("spec") or {}).get("containers") or []
        for port in container.get("ports") or []
    }
    return [{"protocol": protocol, "port": port} for protocol, port in sorted(ports)]


def _labelled(manifest: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """The manifest with `labels` on the object, its pods and its volume claims."""
    kind = str(manifest["kind"])
    done = _with_labels(manifest, (), labels)
    path = _POD_TEMPLATES.get(kind, ())
    if kind == "CronJob":
        done = _with_labels(done, path[:2], labels)
    if path:
        done = _with_labels(done, path, labels)
    claims: Sequence[Mapping[str, Any]] = (done.get("spec") or {}).get("volumeClaimTemplates") or ()
    if kind == "StatefulSet" and claims:
        # Claim templates can never be changed, so what changes with every commit stays off them.
        lasting = {key: labels[key] for key in REQUIRED}
        done["spec"]["volumeClaimTemplates"] = [_with_labels(claim, (), lasting) for claim in claims]
    return done


def _with_labels(holder: Mapping[str, Any], path: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """A copy of `holder` in which what is at `path` has `labels` beside its own."""
    if path:
        return {**holder, path[0]: _with_labels(holder.get(path[0]) or {}, path[1:], labels)}
    metadata = holder.get("metadata") or {}
    return {**holder, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **labels}}}
