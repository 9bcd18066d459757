"""The charts of the controllers that our custom resources need: pinned versions, and values of ours.

Every version is the one whose custom resource definitions the components' objects are proved against.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apex.tags import CostTags

SYSTEM_POOL = {"apex.io/node-pool": "system"}
TOLERATES_SYSTEM = [{"key": "CriticalAddonsOnly", "operator": "Exists"}]
PROMETHEUS_PORT = 9090


class ClusterAddon(StrEnum):
    """A controller that some of our custom resources need."""

    ARGO_ROLLOUTS = "argoRollouts"
    """Canary and blue-green releases of an `InferenceService`."""
    CLUSTER_AUTOSCALER = "clusterAutoscaler"
    """Starts and stops nodes of managed node groups, between their bounds."""
    DCGM_EXPORTER = "dcgmExporter"
    """Measures GPUs, for scaling on their use."""
    KARPENTER = "karpenter"
    """Starts and stops nodes of a `GpuNodePool` whose provisioner it is."""
    KEDA = "keda"
    """Scales on a GPU's use, a queue, Kafka's lag or the clock."""
    PROMETHEUS = "prometheus"
    """Prometheus and its operator: the measures that releases and scaling are decided by."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Where an add-on comes from. `account` is the service account that calls AWS, where one does."""

    chart: str
    version: str
    repository: str
    namespace: str
    account: str = ""

    @property
    def makes_namespace(self) -> bool:
        """Whether the namespace is the add-on's own."""
        return self.namespace != "kube-system"


CHARTS: Mapping[ClusterAddon, Chart] = {
    ClusterAddon.ARGO_ROLLOUTS: Chart(
        "argo-rollouts", "2.40.4", "https://argoproj.github.io/argo-helm", "argo-rollouts"
    ),
    ClusterAddon.CLUSTER_AUTOSCALER: Chart(
        "cluster-autoscaler", "9.57.0", "https://kubernetes.github.io/autoscaler", "kube-system", "cluster-autoscaler"
    ),
    ClusterAddon.DCGM_EXPORTER: Chart(
        "dcgm-exporter", "4.8.3", "https://nvidia.github.io/dcgm-exporter/helm-charts", "kube-system"
    ),
    # A chart in a registry is named whole and has no repository.
    ClusterAddon.KARPENTER: Chart("oci://public.ecr.aws/karpenter/karpenter", "1.14.1", "", "kube-system", "karpenter"),
    ClusterAddon.KEDA: Chart("keda", "2.21.0", "https://kedacore.github.io/charts", "keda", "keda-operator"),
    ClusterAddon.PROMETHEUS: Chart(
        "kube-prometheus-stack", "77.14.0", "https://prometheus-community.github.io/helm-charts", "monitoring"
    ),
}


def chart_values(addon: ClusterAddon, tags: CostTags, options: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an add-on's chart: two replicas on the system nodes, its pods labelled with the cost tags."""
    labels = tags.kubernetes()
    placed: dict[str, Any] = {"nodeSelector": SYSTEM_POOL, "tolerations": TOLERATES_SYSTEM}
    values: dict[ClusterAddon, dict[str, Any]] = {
        ClusterAddon.ARGO_ROLLOUTS: {
            "podLabels": labels,
            "controller": {**placed, "replicas": 2, "resources": _size("100m", "256Mi")},
        },
        ClusterAddon.CLUSTER_AUTOSCALER: {
            **placed,
            "cloudProvider": "aws",
            "awsRegion": options.get("region"),
            "autoDiscovery": {"clusterName": options.get("cluster_name")},
            "extraArgs": {"balance-similar-node-groups": True, "skip-nodes-with-system-pods": False},
            "fullnameOverride": "cluster-autoscaler",
            "podLabels": labels,
            "rbac": {"serviceAccount": {"name": "cluster-autoscaler"}},
            "replicaCount": 2,
            "resources": _size("100m", "512Mi"),
        },
        ClusterAddon.DCGM_EXPORTER: {
            "nodeSelector": {"gpu-enabled": "true"},
            "podLabels": labels,
            # The measured pod's labels are wanted, not those of the pod that measures.
            "serviceMonitor": {"enabled": bool(options.get("scraped")), "honorLabels": True},
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        },
        ClusterAddon.KARPENTER: {
            **placed,
            "additionalLabels": labels,
            "controller": {"resources": _size("500m", "1Gi")},
            "podLabels": labels,
            "replicas": 2,
            "serviceAccount": {"name": "karpenter"},
            "settings": {
                "clusterName": options.get("cluster_name"),
                "featureGates": {"reservedCapacity": True},
                "interruptionQueue": options.get("queue_name"),
            },
        },
        ClusterAddon.KEDA: {
            **placed,
            "additionalLabels": labels,
            "metricsServer": {"replicaCount": 2},
            "operator": {"replicaCount": 2},
            "podLabels": {"keda": labels, "metricsAdapter": labels, "webhooks": labels},
            "resources": {part: _size("100m", "256Mi") for part in ("metricServer", "operator", "webhooks")},
            "serviceAccount": {"operator": {"name": "keda-operator"}},
        },
        ClusterAddon.PROMETHEUS: {
            **{part: {"enabled": False} for part in _NOT_OF_THE_STACK},
            "commonLabels": labels,
            "prometheus": {"prometheusSpec": _prometheus(placed, labels, options)},
            "prometheusOperator": {
                **placed,
                "admissionWebhooks": {"patch": placed},
                "podLabels": labels,
                "resources": _size("100m", "256Mi"),
            },
        },
    }
    return values[addon]


_NOT_OF_THE_STACK = (
    # The first two nobody asked for, the third needs the nodes' file systems, and EKS shows none of the others.
    "alertmanager",
    "grafana",
    "nodeExporter",
    "kubeControllerManager",
    "kubeEtcd",
    "kubeProxy",
    "kubeScheduler",
    "kubeStateMetrics",
)


def _prometheus(placed: Mapping[str, Any], labels: Mapping[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = {
        **placed,
        "podMetadata": {"labels": dict(labels)},
        "replicas": 1,
        "resources": _size("500m", "2Gi"),
        "retention": f"{options['retention_hours']}h",
        # Otherwise it takes only what carries the chart's own label, and no team's monitor does.
        **{f"{kind}SelectorNilUsesHelmValues": False for kind in ("podMonitor", "rule", "serviceMonitor")},
    }
    if options.get("volume_size_gib"):
        storage = {"resources": {"requests": {"storage": f"{options['volume_size_gib']}Gi"}}}
        claim = {"accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", **storage}
        spec["storageSpec"] = {"volumeClaimTemplate": {"metadata": {"labels": dict(labels)}, "spec": claim}}
    return spec


def _size(cpu: str, memory: str) -> dict[str, Any]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}
