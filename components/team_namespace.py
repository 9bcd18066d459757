"""A team's place in a cluster: a namespace with quotas, permissions and walls."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from apex.tags import MANAGER
from components import workload
from components.arguments import Arguments
from components.workload import GPU_RESOURCE

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NOT_A_TEAMS = ("default", "kube-node-lease", "kube-public", "kube-system")


class TeamNamespaceArgs(TypedDict):
    """What a team's namespace is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    namespace: NotRequired[str]
    """The namespace's name. Default: the component's name."""
    cpu: str
    """CPU that all pods together may ask for, such as "64"."""
    memory: str
    """Memory that all pods together may ask for, such as "256Gi"."""
    gpus: NotRequired[int]
    """GPUs that all pods together may ask for. Default: 0, none."""
    storage: NotRequired[str]
    """Storage that all volume claims together may ask for. Default: 500Gi."""
    pods: NotRequired[int]
    """The greatest number of pods. Default: 100."""
    default_cpu: NotRequired[str]
    """CPU of a container that asks for none. Default: 250m."""
    default_memory: NotRequired[str]
    """Memory of a container that asks for none. Default: 512Mi."""
    developer_groups: NotRequired[list[str]]
    """Kubernetes groups that deploy workloads here; secrets, quotas and permissions stay out of their reach.
    Default: none."""
    viewer_groups: NotRequired[list[str]]
    """Kubernetes groups that look, secrets excepted. Default: none."""


class TeamNamespace(pulumi.ComponentResource):
    """A namespace that admits only restricted pods, within a quota, and denies all traffic that nobody allowed.

    A LimitRange gives containers that ask for nothing a size, so that the quota, which counts requests and limits,
    admits them. All pods may resolve names; everything else is for the workloads' own NetworkPolicies::

        TeamNamespace(
            "vision",
            {
                "tags": tags,
                "cpu": "64",
                "memory": "256Gi",
                "gpus": 4,
                "developer_groups": ["vision-developers"],
            },
            pulumi.ResourceOptions(provider=cluster.kubernetes_provider),
        )
    """

    namespace: pulumi.Output[str]
    """The namespace's name, known once it exists."""

    def __init__(self, name: str, args: TeamNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _check(name, args)
        super().__init__("apex:index:TeamNamespace", name, dict(args), opts)
        child = pulumi.ResourceOptions(parent=self)
        space = kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": plan.namespace, "labels": {**plan.labels, **_pod_security_labels()}},
            opts=child,
        )
        self.namespace = space.metadata.apply(lambda metadata: str(metadata["name"]))

        def metadata(object_name: str) -> dict[str, Any]:
            return {"name": object_name, "namespace": self.namespace, "labels": plan.labels}

        kubernetes.core.v1.ResourceQuota(
            f"{name}-quota", metadata=metadata("quota"), spec={"hard": plan.quota}, opts=child
        )
        kubernetes.core.v1.LimitRange(
            f"{name}-limits", metadata=metadata("limits"), spec={"limits": [plan.limits]}, opts=child
        )
        for suffix, egress in (("deny", []), ("dns", [workload.allow_dns()])):
            kubernetes.networking.v1.NetworkPolicy(
                f"{name}-{suffix}",
                metadata=metadata(f"default-{suffix}"),
                spec=workload.network_policy({}, [], egress),
                opts=child,
            )
        if plan.developers:
            kubernetes.rbac.v1.Role(
                f"{name}-developer", metadata=metadata("developer"), rules=_DEVELOPER_RULES, opts=child
            )
            kubernetes.rbac.v1.RoleBinding(
                f"{name}-developers",
                metadata=metadata("developers"),
                role_ref={"apiGroup": _RBAC, "kind": "Role", "name": "developer"},
                subjects=_groups(plan.developers),
                opts=child,
            )
        if plan.viewers:
            kubernetes.rbac.v1.RoleBinding(
                f"{name}-viewers",
                metadata=metadata("viewers"),
                role_ref={"apiGroup": _RBAC, "kind": "ClusterRole", "name": "view"},
                subjects=_groups(plan.viewers),
                opts=child,
            )
        self.register_outputs({"namespace": self.namespace})


_RBAC = "rbac.authorization.k8s.io"
_READ = ["get", "list", "watch"]
_WRITE = [*_READ, "create", "delete", "patch", "update"]
_DEVELOPER_RULES = [
    {
        "apiGroups": [""],
        "resources": ["configmaps", "persistentvolumeclaims", "serviceaccounts", "services"],
        "verbs": _WRITE,
    },
    {"apiGroups": [""], "resources": ["pods"], "verbs": [*_READ, "delete"]},
    {"apiGroups": [""], "resources": ["pods/portforward"], "verbs": ["create"]},
    {
        "apiGroups": [""],
        "resources": ["endpoints", "events", "limitranges", "pods/log", "pods/status", "resourcequotas"],
        "verbs": _READ,
    },
    {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": _WRITE},
    {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": _READ},
    {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": _WRITE},
    {"apiGroups": ["batch"], "resources": ["cronjobs", "jobs"], "verbs": _WRITE},
    {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": _WRITE},
    {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": _READ},
    {
        "apiGroups": ["argoproj.io"],
        "resources": ["analysisruns", "analysistemplates", "rollouts", "rollouts/status"],
        "verbs": _WRITE,
    },
    {"apiGroups": ["keda.sh"], "resources": ["scaledjobs", "scaledobjects"], "verbs": _WRITE},
    {"apiGroups": ["monitoring.coreos.com"], "resources": ["podmonitors", "servicemonitors"], "verbs": _WRITE},
]
"""Workloads, and what belongs to them; no secrets, no permissions, and no NetworkPolicy to tear the walls down."""


def _groups(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"apiGroup": _RBAC, "kind": "Group", "name": group} for group in names]


def _pod_security_labels() -> dict[str, str]:
    modes = ("audit", "enforce", "warn")
    return {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes} | {
        f"pod-security.kubernetes.io/{mode}-version": "latest" for mode in modes
    }


class _Plan:
    """What remains of the Args once they are checked."""

    def __init__(self, name: str, read: Arguments, args: Mapping[str, Any]) -> None:
        self.namespace = str(args.get("namespace") or name)
        cost_tags = read.cost_tags()
        self.labels = {**cost_tags.kubernetes(), "app.kubernetes.io/managed-by": MANAGER}
        cpu, memory = read.quantity("cpu"), read.quantity("memory")
        self.quota = {
            "requests.cpu": cpu,
            "limits.cpu": cpu,
            "requests.memory": memory,
            "limits.memory": memory,
            f"requests.{GPU_RESOURCE}": str(read.whole("gpus", 0)),
            "requests.storage": read.quantity("storage", "500Gi"),
            "pods": str(read.whole("pods", 100, least=1)),
            # Either would open a way in that no NetworkPolicy or cost tag of ours covers.
            "services.loadbalancers": "0",
            "services.nodeports": "0",
        }
        default = {
            "cpu": read.quantity("default_cpu", "250m"),
            "memory": read.quantity("default_memory", "512Mi"),
        }
        self.default = default
        self.limits = {"type": "Container", "default": default, "defaultRequest": default}
        self.developers: list[str] = list(args.get("developer_groups", []))
        self.viewers: list[str] = list(args.get("viewer_groups", []))


def _check(name: str, args: TeamNamespaceArgs) -> _Plan:
    read = Arguments(name, args)
    read.allow_only(TeamNamespaceArgs.__annotations__)
    plan = _Plan(name, read, args)
    if not _NAME.fullmatch(plan.namespace):
        read.refuse(
            "namespace",
            f'"{plan.namespace}" cannot name a namespace; use at most 63 of a-z, 0-9 and -, no - at the ends',
        )
    elif plan.namespace in _NOT_A_TEAMS:
        read.refuse("namespace", f'"{plan.namespace}" belongs to Kubernetes; name one of the team\'s own')
    for argument, groups in (("developer_groups", plan.developers), ("viewer_groups", plan.viewers)):
        for group in groups:
            if group.startswith("system:"):
                read.refuse(argument, f'"{group}" is a group of Kubernetes itself; name one of the team\'s own')
    for default, total in (("default_cpu", "cpu"), ("default_memory", "memory")):
        least, most = plan.default[total], plan.quota[f"limits.{total}"]
        bound = workload.quantity(most)
        if bound is not None and (workload.quantity(least) or 0) > bound:
            read.refuse(
                default, f"{least} is more than {total} {most} of the whole namespace; lower it or raise {total}"
            )
    read.refuse_if_wrong()
    return plan
