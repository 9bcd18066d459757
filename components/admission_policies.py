"""The policies by which the cluster itself refuses what a preview would have refused."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components.arguments import Arguments

_API = "admissionregistration.k8s.io/v1"
_POLICY, _BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
_NAMESPACE = "kubernetes.io/metadata.name"
_SUFFIX = ".apexlogic.com"


class AdmissionPoliciesArgs(TypedDict):
    """What the cluster's admission policies are made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    manifests: list[dict[str, Any]]
    """ValidatingAdmissionPolicies and their bindings as Kubernetes has them, such as `apex admission` writes."""
    exempt_namespaces: NotRequired[list[str]]
    """Namespaces that are not guarded, such as those of add-ons. Default: only those that the bindings leave out."""


class AdmissionPolicies(pulumi.ComponentResource):
    """Admission policies, each bound to every namespace but the exempt ones::

        AdmissionPolicies(
            "guard",
            {"tags": tags, "manifests": manifests, "exempt_namespaces": ["monitoring"]},
            pulumi.ResourceOptions(provider=cluster.kubernetes_provider),
        )

    A policy is in force a moment after its binding is there.
    """

    policy_names: list[str]
    """The names of the policies, sorted."""

    def __init__(self, name: str, args: AdmissionPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        read = Arguments(name, args)
        read.allow_only(AdmissionPoliciesArgs.__annotations__)
        labels = read.cost_tags().kubernetes()
        manifests = args.get("manifests") or []
        _check(read, manifests)
        super().__init__("apex:index:AdmissionPolicies", name, {"tags": args["tags"]}, opts)
        policies = {
            _name(manifest): kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
                f"{name}-{_short(_name(manifest))}-policy",
                metadata=_metadata(manifest, labels),
                spec=manifest["spec"],
                opts=pulumi.ResourceOptions(parent=self),
            )
            for manifest in manifests
            if manifest["kind"] == _POLICY
        }
        exempt = args.get("exempt_namespaces") or []
        for manifest in manifests:
            if manifest["kind"] == _BINDING:
                kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
                    f"{name}-{_short(_name(manifest))}-binding",
                    metadata=_metadata(manifest, labels),
                    spec=_sparing(manifest["spec"], exempt),
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[policies[manifest["spec"]["policyName"]]]),
                )
        self.policy_names = sorted(policies)
        self.register_outputs({"policyNames": self.policy_names})


def _check(read: Arguments, manifests: list[dict[str, Any]]) -> None:
    known = {_name(manifest) for manifest in manifests if manifest.get("kind") == _POLICY}
    if not known:
        read.refuse("manifests", f"has no {_POLICY}; name at least one")
    for index, manifest in enumerate(manifests):
        place, kind, version = f"manifests[{index}]", manifest.get("kind"), manifest.get("apiVersion")
        if kind not in (_POLICY, _BINDING) or version != _API:
            read.refuse(place, f"is a {kind} of {version}; write a {_POLICY} or {_BINDING} of {_API}")
        elif not _name(manifest):
            read.refuse(f"{place}.metadata.name", "is missing; every object has a name")
        elif kind == _BINDING and (policy := (manifest.get("spec") or {}).get("policyName")) not in known:
            read.refuse(f"{place}.spec.policyName", f'"{policy}" is none of the policies here; bind one of them')
    read.refuse_if_wrong()


def _name(manifest: Mapping[str, Any]) -> str:
    return str((manifest.get("metadata") or {}).get("name") or "")


def _short(name: str) -> str:
    return name.removesuffix(_SUFFIX)


def _metadata(manifest: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """The manifest's own metadata with the cost tags beside its labels."""
    metadata = manifest["metadata"]
    return {**metadata, "labels": {**(metadata.get("labels") or {}), **labels}}


def _sparing(spec: Mapping[str, Any], exempt: list[str]) -> dict[str, Any]:
    """The binding without the exempt namespaces."""
    if not exempt:
        return dict(spec)
    matched = spec.get("matchResources") or {}
    selector = matched.get("namespaceSelector") or {}
    left_out = {"key": _NAMESPACE, "operator": "NotIn", "values": sorted(exempt)}
    expressions = [*(selector.get("matchExpressions") or []), left_out]
    return {
        **spec,
        "matchResources": {**matched, "namespaceSelector": {**selector, "matchExpressions": expressions}},
    }
