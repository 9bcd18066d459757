"""What single fields of Kubernetes types may hold, beyond their type: words, ranges and forms."""

import ipaddress
from collections.abc import Callable
from typing import Any

from apex.specs.kubernetes_forms import DNS_LABEL, DNS_SUBDOMAIN
from apex.specs.values import shown

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("DaemonSetUpdateStrategy", "type"): ("RollingUpdate", "OnDelete"),
    ("HTTPGetAction", "scheme"): ("HTTP", "HTTPS"),
    ("HostPathVolumeSource", "type"): (
        "",
        "BlockDevice",
        "CharDevice",
        "Directory",
        "DirectoryOrCreate",
        "File",
        "FileOrCreate",
        "Socket",
    ),
    ("JobSpec", "completionMode"): ("NonIndexed", "Indexed"),
    ("LabelSelectorRequirement", "operator"): ("In", "NotIn", "Exists", "DoesNotExist"),
    ("MetricSpec", "type"): ("ContainerResource", "External", "Object", "Pods", "Resource"),
    ("MetricTarget", "type"): ("Utilization", "Value", "AverageValue"),
    ("NetworkPolicyPort", "protocol"): ("TCP", "UDP", "SCTP"),
    ("NodeSelectorRequirement", "operator"): ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    ("PersistentVolumeClaimSpec", "volumeMode"): ("Block", "Filesystem"),
    ("PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy"): ("AlwaysAllow", "IfHealthyBudget"),
    ("SeccompProfile", "type"): ("Localhost", "RuntimeDefault", "Unconfined"),
    ("ServiceSpec", "externalTrafficPolicy"): ("Cluster", "Local"),
    ("ServiceSpec", "sessionAffinity"): ("ClientIP", "None"),
    ("StatefulSetSpec", "podManagementPolicy"): ("OrderedReady", "Parallel"),
    ("StatefulSetUpdateStrategy", "type"): ("RollingUpdate", "OnDelete"),
    ("TopologySpreadConstraint", "whenUnsatisfiable"): ("DoNotSchedule", "ScheduleAnyway"),
}
_MODE, _USER, _MANY = (0, 0o777), (0, 2**31 - 1), 2**31 - 1
RANGES: dict[tuple[str, str], tuple[int, int]] = {
    ("ConfigMapVolumeSource", "defaultMode"): _MODE,
    ("ContainerPort", "hostPort"): (1, 65535),
    ("CronJobSpec", "startingDeadlineSeconds"): (0, 2**63 - 1),
    ("HPAScalingRules", "stabilizationWindowSeconds"): (0, 3600),
    ("JobSpec", "backoffLimit"): (0, _MANY),
    ("JobSpec", "ttlSecondsAfterFinished"): (0, _MANY),
    ("MetricTarget", "averageUtilization"): (1, _MANY),
    ("PodSecurityContext", "fsGroup"): _USER,
    ("PodSecurityContext", "runAsGroup"): _USER,
    ("PodSecurityContext", "runAsUser"): _USER,
    ("PreferredSchedulingTerm", "weight"): (1, 100),
    ("SecretVolumeSource", "defaultMode"): _MODE,
    ("SecurityContext", "runAsGroup"): _USER,
    ("SecurityContext", "runAsUser"): _USER,
    ("TopologySpreadConstraint", "maxSkew"): (1, _MANY),
    ("WeightedPodAffinityTerm", "weight"): (1, 100),
}


def _subdomain(value: str) -> bool:
    return bool(DNS_SUBDOMAIN.fullmatch(value))


def _network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return "/" in value


FORMS: dict[tuple[str, str], tuple[Callable[[str], bool], str]] = {
    ("IPBlock", "cidr"): (_network, "is not a range of addresses; write one, as 10.9.8.0/24"),
    ("IngressRule", "host"): (
        lambda value: value == "" or _subdomain(value.removeprefix("*.")),
        "is not a host name; write one, as www.example.com or *.example.com",
    ),
    ("PersistentVolumeClaimSpec", "storageClassName"): (
        lambda value: value == "" or _subdomain(value),
        "is not a valid name; use lower-case letters, digits, '-' and '.'",
    ),
    ("PodSpec", "hostname"): (
        lambda value: bool(DNS_LABEL.fullmatch(value)),
        "is not a valid host name; use lower-case letters, digits and '-'",
    ),
    **{
        ("PodSpec", field): (_subdomain, "is not a valid name; use lower-case letters, digits, '-' and '.'")
        for field in ("priorityClassName", "runtimeClassName", "serviceAccountName")
    },
}
REQUIRED: tuple[tuple[str, str], ...] = (
    ("ConfigMapVolumeSource", "name"),
    ("CrossVersionObjectReference", "name"),
    ("VolumeMount", "mountPath"),
)
"""Fields that may not be empty, although the OpenAPI document lets them be."""


def problem_with(owner: str, field: str, value: Any) -> str | None:
    """Why `value` cannot be that of `field` of the type `owner`; None where it can."""
    key = (owner, field)
    if isinstance(value, str):
        if key in WORDS and value not in WORDS[key]:
            supported = ", ".join(word for word in WORDS[key] if word)
            return f"Unsupported value: {shown(value)}; supported values: {supported}"
        if key in FORMS and not FORMS[key][0](value):
            return f"{shown(value)} {FORMS[key][1]}"
        if key in REQUIRED and not value:
            return "is empty; fill it"
    elif isinstance(value, int) and not isinstance(value, bool) and key in RANGES:
        low, high = RANGES[key]
        if not low <= value <= high:
            return f"{value} must be between {low} and {high}, inclusive"
    return None


def missing_in(owner: str, value: dict[str, Any]) -> list[str]:
    """The fields of the type `owner` that the server needs and `value` lacks, beyond the OpenAPI document's."""
    return [field for kind, field in REQUIRED if kind == owner and field not in value]
