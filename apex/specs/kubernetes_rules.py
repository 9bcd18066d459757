"""What the API server holds a manifest to beyond the types of its fields, in its own words."""

import re
from collections.abc import Callable
from typing import Any

from apex import tags
from apex.specs.document import Path_
from apex.specs.kubernetes_forms import (
    DNS_LABEL,
    DNS_SUBDOMAIN,
    Found,
    at,
    check_enum,
    check_labels,
    check_not_negative,
    check_port_number,
    check_target_port,
    quantity,
)
from apex.specs.kubernetes_pods import check_pod
from apex.specs.values import shown

ANNOTATION_PREFIX = "finops.apexlogic.com/"
FINOPS = ("auto-scale-policy", "expected-cost-per-hour", "resource-tier")
"""The FinOps annotations."""

_PERCENT = re.compile(r"[0-9]+%")
_POD_TEMPLATES = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
_SELECTED = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")


def pod_template(content: dict[str, Any]) -> Path_ | None:
    """Where the pod template of a workload is, None for an object that makes no pods."""
    return _POD_TEMPLATES.get(content["kind"])


def check_rules(content: dict[str, Any], namespaced: bool) -> list[tuple[Path_, str]]:
    """What is wrong with a manifest whose fields and types are right."""
    found = [*_check_metadata(content, (), DNS_SUBDOMAIN, namespaced), *_check_finops(content)]
    kind = content["kind"]
    template = pod_template(content)
    if template is not None:
        pod = at(content, template) if template else content
        if isinstance(pod, dict):
            found += check_labels(pod.get("metadata") or {}, (*template, "metadata"))
            claims = at(content, ("spec", "volumeClaimTemplates")) or ()
            names = frozenset(str(claim["metadata"].get("name")) for claim in claims if "metadata" in claim)
            found += check_pod(pod.get("spec"), (*template, "spec"), kind, names)
    own: Callable[[dict[str, Any]], Found] | None = _RULES.get(kind)
    if kind in _SELECTED:
        found += _check_selector(content)
    if own is not None:
        found += own(content)
    return found


def _check_metadata(content: dict[str, Any], path: Path_, name_form: re.Pattern[str], namespaced: bool) -> Found:
    metadata = content["metadata"]
    here = (*path, "metadata")
    name = metadata.get("name", "")
    form = DNS_LABEL if content["kind"] in ("Namespace", "Service") else name_form
    if not form.fullmatch(name):
        yield (
            (*here, "name"),
            f"{shown(name)} is not a valid name; use lower-case letters, digits and '-', "
            "starting and ending with a letter or digit",
        )
    namespace = metadata.get("namespace")
    if namespace is not None:
        if not namespaced:
            yield (*here, "namespace"), f"is not for {content['kind']}, which no namespace holds; remove it"
        elif not DNS_LABEL.fullmatch(namespace):
            yield (*here, "namespace"), f"{shown(namespace)} is not a valid namespace; use a lower-case name"
    yield from check_labels(metadata, here)


def _check_finops(content: dict[str, Any]) -> Found:
    annotations = content["metadata"].get("annotations") or {}
    for key, value in annotations.items():
        if not key.startswith(ANNOTATION_PREFIX):
            continue
        path: Path_ = ("metadata", "annotations", key)
        name = key.removeprefix(ANNOTATION_PREFIX)
        if name not in FINOPS:
            yield path, f"is not a FinOps annotation; use {', '.join(ANNOTATION_PREFIX + known for known in FINOPS)}"
        elif name == "expected-cost-per-hour" and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value):
            yield path, f'{shown(value)} is not an amount of USD; write a decimal number, as "1.25"'
        elif name == "resource-tier" and not tags.is_label_value(value):
            yield path, f"{shown(value)} is not a tier; use {tags.LABEL_VALUE_RULE}"
        elif name == "auto-scale-policy" and not tags.is_label_value(value):
            yield path, f"{shown(value)} is not a policy; use {tags.LABEL_VALUE_RULE}"


def _check_selector(content: dict[str, Any]) -> Found:
    spec = content["spec"]
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    if not wanted and not (spec.get("selector") or {}).get("matchExpressions"):
        yield ("spec", "selector"), "is empty; an empty selector is not taken: name the labels of the pods"
        return
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    for key, value in wanted.items():
        if labels.get(key) != value:
            yield (
                ("spec", "template", "metadata", "labels"),
                f"`selector` does not match template `labels`: {key} is {shown(labels.get(key))}; write {key}: {value}",
            )


def _check_deployment(content: dict[str, Any]) -> Found:
    spec = content["spec"]
    yield from check_not_negative(spec, ("spec",), "replicas", "minReadySeconds", "revisionHistoryLimit")
    strategy = spec.get("strategy") or {}
    kind = strategy.get("type")
    if kind is not None and kind not in ("Recreate", "RollingUpdate"):
        yield (
            ("spec", "strategy", "type"),
            f"Unsupported value: {shown(kind)}; supported values: Recreate, RollingUpdate",
        )
    if kind == "Recreate" and "rollingUpdate" in strategy:
        yield ("spec", "strategy", "rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'"
    rolling = strategy.get("rollingUpdate") or {}
    yield from _check_share(rolling, ("spec", "strategy", "rollingUpdate"), "maxSurge", "maxUnavailable")
    if all(str(rolling.get(field, 1)) in ("0", "0%") for field in ("maxSurge", "maxUnavailable")):
        yield (
            ("spec", "strategy", "rollingUpdate", "maxUnavailable"),
            "may not be 0 when `maxSurge` is 0; raise one of them",
        )


def _check_share(value: dict[str, Any], path: Path_, *fields: str) -> Found:
    for field in fields:
        given = value.get(field)
        if isinstance(given, str) and not _PERCENT.fullmatch(given):
            yield (*path, field), f"{shown(given)} must be an integer or a percentage (e.g '5%')"
        elif isinstance(given, str) and field != "maxSurge" and int(given[:-1]) > 100:
            yield (*path, field), f"{shown(given)} must not be greater than 100%"
        elif isinstance(given, int) and given < 0:
            yield (*path, field), f"{given} must be greater than or equal to 0"


def _check_replicas(content: dict[str, Any]) -> Found:
    yield from check_not_negative(content["spec"], ("spec",), "replicas")


def _check_disruption_budget(content: dict[str, Any]) -> Found:
    spec = content.get("spec") or {}
    if "minAvailable" in spec and "maxUnavailable" in spec:
        yield ("spec", "maxUnavailable"), "minAvailable and maxUnavailable cannot be both set; keep one of them"
    yield from _check_share(spec, ("spec",), "minAvailable", "maxUnavailable")


def _check_autoscaler(content: dict[str, Any]) -> Found:
    spec = content.get("spec") or {}
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    if most < 1:
        yield ("spec", "maxReplicas"), f"{most} must be greater than 0"
    if least < 1:
        yield ("spec", "minReplicas"), f"{least} must be greater than or equal to 1"
    elif most < least:
        yield ("spec", "maxReplicas"), f"{most} must be greater than or equal to `minReplicas`, which is {least}"


def _check_service(content: dict[str, Any]) -> Found:
    spec = content.get("spec") or {}
    kind = spec.get("type", "ClusterIP")
    allowed = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
    if kind not in allowed:
        yield ("spec", "type"), f"Unsupported value: {shown(kind)}; supported values: {', '.join(allowed)}"
    ports = spec.get("ports") or []
    for field, problem in check_labels({"labels": spec.get("selector")}, ("spec",)):
        yield ("spec", "selector", field[-1]), problem
    if kind == "ExternalName" and not spec.get("externalName"):
        yield ("spec", "externalName"), "is missing; add the name that the service stands for"
    if not ports and kind in allowed and kind != "ExternalName" and spec.get("clusterIP") != "None":
        yield ("spec", "ports"), "is missing; a service needs at least one port"
    names: set[str] = set()
    for number, port in enumerate(ports):
        here: Path_ = ("spec", "ports", number)
        yield from check_port_number(port.get("port"), (*here, "port"))
        yield from check_enum(port, here, "ServicePort")
        if (target := port.get("targetPort")) not in (None, 0, ""):
            yield from check_target_port(target, (*here, "targetPort"))
        name = port.get("name", "")
        if len(ports) > 1 and not name:
            yield (*here, "name"), "is missing; with more than one port each needs a name"
        elif name and name in names:
            yield (*here, "name"), f"Duplicate value: {shown(name)}; give each port its own name"
        elif name and not DNS_LABEL.fullmatch(name):
            yield (*here, "name"), f"{shown(name)} is not a valid name of a port; use a lower-case name"
        names.add(name)


def _check_claim(content: dict[str, Any]) -> Found:
    spec = content.get("spec") or {}
    allowed = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
    modes = spec.get("accessModes") or []
    if not modes:
        yield ("spec", "accessModes"), "is missing; at least 1 access mode is required"
    for number, mode in enumerate(modes):
        if mode not in allowed:
            supported = ", ".join(allowed)
            yield ("spec", "accessModes", number), f"Unsupported value: {shown(mode)}; supported values: {supported}"
    storage = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if storage is None:
        yield ("spec", "resources", "requests", "storage"), "is missing; say how much storage is asked for, as 10Gi"
    elif quantity(storage) <= 0:
        yield ("spec", "resources", "requests", "storage"), f'"{storage}" must be greater than zero'


_CRON_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_CRON_NAMES = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
_DAY_NAMES = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}


def cron_problem(schedule: str) -> str | None:
    """What is wrong with a cron schedule of five fields; None where nothing is."""
    if schedule in ("@annually", "@yearly", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"):
        return None
    if re.fullmatch(r"@every ([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+", schedule):
        return None
    fields = schedule.split()
    if len(fields) != 5:
        return f"expected exactly 5 fields, found {len(fields)}"
    for number, (text, (low, high)) in enumerate(zip(fields, _CRON_FIELDS, strict=True)):
        names = {3: _CRON_NAMES, 4: _DAY_NAMES}.get(number, {})
        if problem := _cron_field_problem(text, low, high, names):
            return problem
    return None


def _cron_field_problem(text: str, low: int, high: int, names: dict[str, int]) -> str | None:
    for part in text.split(","):
        found = re.fullmatch(r"(?:[*?]|([0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?)(?:/([0-9]+))?", part)
        if found is None:
            return f"failed to parse {part}"
        ends = []
        for end in (found[1], found[2]):
            if end is not None:
                value = names.get(end.upper(), int(end) if end.isdigit() else None)
                if value is None or not low <= value <= high:
                    return f"{end} is not between {low} and {high}"
                ends.append(value)
        if len(ends) == 2 and ends[0] > ends[1]:
            return f"beginning of range ({ends[0]}) beyond end of range ({ends[1]})"
        if found[3] is not None and int(found[3]) == 0:
            return "step of range should be a positive number"
    return None


def _check_cron_job(content: dict[str, Any]) -> Found:
    spec = content["spec"]
    if problem := cron_problem(spec["schedule"]):
        yield ("spec", "schedule"), f"{shown(spec['schedule'])} is not a schedule: {problem}; write one, as 0 3 * * *"
    policy = spec.get("concurrencyPolicy")
    if policy is not None and policy not in ("Allow", "Forbid", "Replace"):
        allowed = "Allow, Forbid, Replace"
        yield ("spec", "concurrencyPolicy"), f"Unsupported value: {shown(policy)}; supported values: {allowed}"
    yield from check_not_negative(spec, ("spec",), "successfulJobsHistoryLimit", "failedJobsHistoryLimit")


def _check_job(content: dict[str, Any]) -> Found:
    yield from check_not_negative(
        content["spec"], ("spec",), "parallelism", "completions", "backoffLimit", "activeDeadlineSeconds"
    )


def _check_policy(content: dict[str, Any]) -> Found:
    for number, kind in enumerate((content.get("spec") or {}).get("policyTypes") or ()):
        if kind not in ("Egress", "Ingress"):
            path: Path_ = ("spec", "policyTypes", number)
            yield path, f"Unsupported value: {shown(kind)}; supported values: Egress, Ingress"


def _check_config(content: dict[str, Any]) -> Found:
    for field in ("data", "binaryData", "stringData"):
        for key in content.get(field) or {}:
            if not re.fullmatch(r"[-._A-Za-z0-9]{1,253}", key) or key in (".", "..") or key.startswith(".."):
                yield (field, key), f'"{key}" is not a valid key; use letters, digits, "-", "_" and "."'


def _check_ingress(content: dict[str, Any]) -> Found:
    spec = content.get("spec") or {}
    if not spec.get("rules") and not spec.get("defaultBackend"):
        yield ("spec",), "either `defaultBackend` or `rules` must be specified"
    for number, rule in enumerate(spec.get("rules") or ()):
        for inner, path in enumerate((rule.get("http") or {}).get("paths") or ()):
            here: Path_ = ("spec", "rules", number, "http", "paths", inner)
            kind = path.get("pathType")
            if kind not in ("Exact", "ImplementationSpecific", "Prefix"):
                allowed = "Exact, ImplementationSpecific, Prefix"
                yield (*here, "pathType"), f"Unsupported value: {shown(kind)}; supported values: {allowed}"
            elif kind != "ImplementationSpecific" and not str(path.get("path", "")).startswith("/"):
                yield (*here, "path"), "must be an absolute path; start it with /"


_RULES: dict[str, Callable[[dict[str, Any]], Found]] = {
    "ConfigMap": _check_config,
    "CronJob": _check_cron_job,
    "Deployment": _check_deployment,
    "HorizontalPodAutoscaler": _check_autoscaler,
    "Ingress": _check_ingress,
    "Job": _check_job,
    "NetworkPolicy": _check_policy,
    "PersistentVolumeClaim": _check_claim,
    "PodDisruptionBudget": _check_disruption_budget,
    "ReplicaSet": _check_replicas,
    "Secret": _check_config,
    "Service": _check_service,
    "StatefulSet": _check_replicas,
}
