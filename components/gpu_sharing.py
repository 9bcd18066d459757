"""The NVIDIA device plugin of one pool, and how it divides a GPU among pods."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from apex.tags import CostTags
from components import workload

_NVIDIA_CHARTS = "https://nvidia.github.io/k8s-device-plugin"
_NVIDIA_VERSION = "0.18.0"
_EFA_CHARTS = "https://aws.github.io/eks-charts"
_EFA_VERSION = "v0.5.13"
_NAMESPACE = "kube-system"


def plugin_configuration(time_slices: int, mig: bool) -> dict[str, Any]:
    """The device plugin's configuration file."""
    configuration: dict[str, Any] = {"version": "v1", "flags": {"migStrategy": "single" if mig else "none"}}
    if time_slices > 1:
        configuration["sharing"] = {
            "timeSlicing": {
                "resources": [{"name": "nvidia.com/gpu", "replicas": time_slices}],
                # Two slices are not twice the GPU, so nobody is to believe that asking for two gets more.
                "failRequestsGreaterThanOne": True,
            }
        }
    return configuration


def mig_user_data(profile: str, instances_per_gpu: int) -> str:
    """User data that cuts every GPU of a node into MIG instances before the node joins the cluster.

    It is one part of a MIME message, to which EKS and Karpenter add the part that joins.
    """
    profiles = ",".join([profile] * instances_per_gpu)
    return "\n".join(
        (
            "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="//"',
            "",
            "--//",
            'Content-Type: text/x-shellscript; charset="us-ascii"',
            "",
            "#!/bin/bash",
            "set -euo pipefail",
            "nvidia-smi -mig 1",
            "nvidia-smi --gpu-reset || true",
            f"nvidia-smi mig -cgi {profiles} -C",
            "",
            "--//--",
            "",
        )
    )


def install_nvidia_plugin(
    name: str,
    node_labels: dict[str, str],
    cost_tags: CostTags,
    opts: pulumi.ResourceOptions,
    *,
    time_slices: int,
    mig: bool,
) -> None:
    """Run the device plugin on the nodes of one pool: without it their GPUs are not seen by Kubernetes."""
    configuration = kubernetes.core.v1.ConfigMap(
        f"{name}-plugin-config",
        metadata={
            "name": f"{name}-device-plugin",
            "namespace": _NAMESPACE,
            "labels": workload.labels(name, "device-plugin", cost_tags),
        },
        data={"config": yaml.safe_dump(plugin_configuration(time_slices, mig), sort_keys=True)},
        opts=opts,
    )
    kubernetes.helm.v3.Release(
        f"{name}-plugin",
        name=f"{name}-nvidia",
        namespace=_NAMESPACE,
        chart="nvidia-device-plugin",
        version=_NVIDIA_VERSION,
        repository_opts={"repo": _NVIDIA_CHARTS},
        values={
            "config": {"name": f"{name}-device-plugin", "default": "config"},
            "fullnameOverride": f"{name}-nvidia",
            "nodeSelector": node_labels,
            # The chart asks for labels of a feature discovery that need not run here; the selector says it all.
            "affinity": {},
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
            "podAnnotations": {},
            "podLabels": cost_tags.kubernetes(),
        },
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[configuration])),
    )


def install_efa_plugin(
    name: str, node_labels: dict[str, str], cost_tags: CostTags, opts: pulumi.ResourceOptions
) -> None:
    """Run the EFA device plugin on the nodes of one pool, which offers `vpc.amazonaws.com/efa` to pods."""
    kubernetes.helm.v3.Release(
        f"{name}-efa",
        name=f"{name}-efa",
        namespace=_NAMESPACE,
        chart="aws-efa-k8s-device-plugin",
        version=_EFA_VERSION,
        repository_opts={"repo": _EFA_CHARTS},
        values={
            "fullnameOverride": f"{name}-efa",
            "nodeSelector": node_labels,
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
            "additionalPodLabels": cost_tags.kubernetes(),
        },
        opts=opts,
    )
