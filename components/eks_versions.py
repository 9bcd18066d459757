"""What EKS supports, as data: Kubernetes versions with their end of support, and the add-on versions for each.

Dates: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html. Add-ons: the output of
`aws eks describe-addon-versions --kubernetes-version <version>`.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EksVersion:
    """A Kubernetes version as EKS offers it; after `standard_until` the control plane costs six times as much."""

    version: str
    standard_until: date
    extended_until: date
    kube_proxy: str
    coredns: str


VERSIONS = {
    row.version: row
    for row in (
        EksVersion("1.32", date(2026, 3, 23), date(2027, 3, 23), "v1.32.9-eksbuild.2", "v1.11.4-eksbuild.2"),
        EksVersion("1.33", date(2026, 7, 29), date(2027, 7, 29), "v1.33.5-eksbuild.2", "v1.12.1-eksbuild.2"),
        EksVersion("1.34", date(2026, 12, 2), date(2027, 12, 2), "v1.34.1-eksbuild.2", "v1.12.4-eksbuild.1"),
        EksVersion("1.35", date(2027, 3, 27), date(2028, 3, 27), "v1.35.0-eksbuild.2", "v1.13.2-eksbuild.1"),
    )
}

_SAME_FOR_ALL = {
    "aws-ebs-csi-driver": "v1.53.0-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
    "metrics-server": "v0.8.0-eksbuild.5",
    "vpc-cni": "v1.20.4-eksbuild.1",
}


def addon_versions(version: EksVersion) -> dict[str, str]:
    """The version of each managed add-on on a cluster of `version`."""
    return dict(sorted({**_SAME_FOR_ALL, "coredns": version.coredns, "kube-proxy": version.kube_proxy}.items()))


def problem_with_version(version: str, extended_support: bool, today: date) -> str | None:
    """Why a cluster of `version` cannot be had on the day `today`, or costs more than it says; None when it can."""
    eks = VERSIONS.get(version)
    offered = [row.version for row in VERSIONS.values() if row.standard_until >= today]
    fix = f"use one of {', '.join(offered)}" if offered else "add the newer ones to components/eks_versions.py"
    if eks is None:
        return f'"{version}" is not an EKS version known here; {fix}'
    if today > eks.extended_until:
        return f'"{version}" left extended support on {eks.extended_until}; {fix}'
    if today > eks.standard_until and not extended_support:
        return (
            f'"{version}" left standard support on {eks.standard_until} and costs six times as much per hour since; '
            f"{fix}, or set extended_support"
        )
    return None
