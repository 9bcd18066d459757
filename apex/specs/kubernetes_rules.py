"""What the API server holds a manifest to beyond the types of its fields, in its own words."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from apex import tags
from apex.specs.document import Path_
from apex.specs.values import SUFFIXES, shown

Found = Iterator[tuple[Path_, str]]

ANNOTATION_PREFIX = "finops.apexlogic.com/"
TIERS = ("batch", "burstable", "critical", "spot", "standard")
"""What `finops.apexlogic.com/resource-tier` may say."""
SCALE_POLICIES = ("cost-aware", "fixed", "queue", "schedule", "utilization")
"""What `finops.apexlogic.com/auto-scale-policy` may say."""
FINOPS = ("auto-scale-policy", "expected-cost-per-hour", "resource-tier")

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
DNS_SUBDOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY = re.compile(r"((?=[^/]{1,253}/)[a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")
_ENV_NAME = re.compile(r"[^=\x00-\x1f\x7f-\U0010ffff]+")
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
_ENUMS = {
    ("ContainerPort", "protocol"): ("TCP", "UDP", "SCTP"),
    ("Container", "imagePullPolicy"): ("Always", "IfNotPresent", "Never"),
    ("Container", "terminationMessagePolicy"): ("FallbackToLogsOnError", "File"),
    ("PodSpec", "dnsPolicy"): ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    ("PodSpec", "preemptionPolicy"): ("Never", "PreemptLowerPriority"),
    ("ServicePort", "protocol"): ("TCP", "UDP", "SCTP"),
}


def pod_template(content: dict[str, Any]) -> Path_ | None:
    """Where the pod template of a workload is, None for an object that makes no pods."""
    return _POD_TEMPLATES.get(content["kind"])


def at(content: Any, path: Path_) -> Any:
    """What is at `path`, None where something on the way is not there."""
    for step in path:
        if isinstance(step, int):
            content = content[step] if isinstance(content, list) and step < len(content) else None
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return content


def check_rules(content: dict[str, Any], namespaced: bool) -> list[tuple[Path_, str]]:
    """What is wrong with a manifest whose fields and types are right."""
    found = [*_check_metadata(content, (), DNS_SUBDOMAIN, namespaced), *_check_finops(content)]
    kind = content["kind"]
    template = pod_template(content)
    if template is not None:
        pod = at(content, template) if template else content
        if isinstance(pod, dict):
            found += _check_labels(pod.get("metadata") or {}, (*template, "metadata"))
            found += _check_pod(pod.get("spec"), (*template, "spec"), kind)
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
    elif content["kind"] == "Service" and not name[0].isalpha():
        yield (*here, "name"), f"{shown(name)} is not a valid name of a service; start with a letter"
    namespace = metadata.get("namespace")
    if namespace is not None:
        if not namespaced:
            yield (*here, "namespace"), f"is not for {content['kind']}, which no namespace holds; remove it"
        elif not DNS_LABEL.fullmatch(namespace):
            yield (*here, "namespace"), f"{shown(namespace)} is not a valid namespace; use a lower-case name"
    yield from _check_labels(metadata, here)


def _check_labels(metadata: dict[str, Any], here: Path_) -> Found:
    for field in ("labels", "annotations"):
        for key, value in (metadata.get(field) or {}).items():
            form = key.lower() if field == "annotations" else key
            if not _KEY.fullmatch(form):
                yield (*here, field, key), f'"{key}" is not a valid key; write prefix/name or name, as app'
            if field == "labels" and value and not tags.is_label_value(value):
                yield (*here, field, key), f"{shown(value)} is not a valid label value; use {tags.LABEL_VALUE_RULE}"


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
            yield path, f"{shown(value)} is not a tier; use one of {', '.join(TIERS)}"
        elif name == "auto-scale-policy" and not tags.is_label_value(value):
            yield path, f"{shown(value)} is not a policy; use one of {', '.join(SCALE_POLICIES)}"


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


def _check_pod(spec: Any, path: Path_, kind: str) -> Found:
    if not isinstance(spec, dict):
        yield path, "is missing; add it with its containers"
        return
    if not spec.get("containers"):
        yield (*path, "containers"), "is empty; a pod needs at least one container"
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()}
    yield from _check_repeats(spec.get("volumes") or [], (*path, "volumes"), "name", "volume")
    for number, volume in enumerate(spec.get("volumes") or ()):
        yield from _check_volume(volume, (*path, "volumes", number))
    names: set[str] = set()
    for part in ("initContainers", "containers"):
        for number, container in enumerate(spec.get(part) or ()):
            here = (*path, part, number)
            if container.get("name") in names:
                yield (*here, "name"), f"Duplicate value: {shown(container['name'])}; give each container its own name"
            names.add(container.get("name"))
            yield from _check_container(container, here, volumes)
    yield from _check_restart(spec, path, kind)
    yield from _check_enum(spec, path, "PodSpec")
    for number, toleration in enumerate(spec.get("tolerations") or ()):
        yield from _check_toleration(toleration, (*path, "tolerations", number))
    if (seconds := spec.get("terminationGracePeriodSeconds")) is not None and seconds < 0:
        yield (*path, "terminationGracePeriodSeconds"), f"{seconds} is negative; write 0 or more"


def _check_restart(spec: dict[str, Any], path: Path_, kind: str) -> Found:
    policy = spec.get("restartPolicy")
    allowed = {
        "Job": ("OnFailure", "Never"),
        "CronJob": ("OnFailure", "Never"),
        "Pod": ("Always", "OnFailure", "Never"),
    }
    values = allowed.get(kind, ("Always",))
    if policy is None and kind in ("Job", "CronJob"):
        yield (*path, "restartPolicy"), "is missing; a job needs OnFailure or Never"
    elif policy is not None and policy not in values:
        yield (*path, "restartPolicy"), f"Unsupported value: {shown(policy)}; supported values: {', '.join(values)}"


def _check_volume(volume: dict[str, Any], path: Path_) -> Found:
    if not DNS_LABEL.fullmatch(volume.get("name", "")):
        yield (*path, "name"), f"{shown(volume.get('name'))} is not a valid name of a volume; use a lower-case name"
    sources = [key for key in volume if key != "name"]
    if len(sources) > 1:
        yield path, f"may not specify more than 1 volume type; keep one of {', '.join(sorted(sources))}"
    elif not sources:
        yield path, "must specify a volume type; add one, as emptyDir: {}"


def _check_container(container: dict[str, Any], path: Path_, volumes: set[Any]) -> Found:
    name = container.get("name", "")
    if not DNS_LABEL.fullmatch(name):
        yield (*path, "name"), f"{shown(name)} is not a valid name of a container; use a lower-case name"
    if not container.get("image"):
        yield (*path, "image"), "is missing; add the image to run"
    elif container["image"].strip() != container["image"]:
        yield (*path, "image"), "has spaces around it; remove them"
    yield from _check_enum(container, path, "Container")
    yield from _check_ports(container.get("ports") or [], (*path, "ports"))
    yield from _check_resources(container.get("resources") or {}, (*path, "resources"))
    for number, variable in enumerate(container.get("env") or ()):
        yield from _check_variable(variable, (*path, "env", number))
    mounts = container.get("volumeMounts") or []
    for number, mount in enumerate(mounts):
        if mount.get("name") not in volumes:
            yield (*path, "volumeMounts", number, "name"), f"Not found: {shown(mount.get('name'))}; declare the volume"
    yield from _check_repeats(mounts, (*path, "volumeMounts"), "mountPath", "mount")
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe in container:
            yield from _check_probe(container[probe], (*path, probe))


def _check_enum(value: dict[str, Any], path: Path_, of: str) -> Found:
    for (owner, field), allowed in _ENUMS.items():
        given = value.get(field)
        if owner == of and given is not None and given not in allowed:
            yield (*path, field), f"Unsupported value: {shown(given)}; supported values: {', '.join(allowed)}"


def _check_ports(ports: list[Any], path: Path_) -> Found:
    seen: set[tuple[Any, Any]] = set()
    for number, port in enumerate(ports):
        here = (*path, number)
        yield from _check_port_number(port.get("containerPort"), (*here, "containerPort"))
        yield from _check_enum(port, here, "ContainerPort")
        name = port.get("name")
        if name is not None and not _PORT_NAME.fullmatch(name):
            yield (*here, "name"), f"{shown(name)} is not a valid name of a port; use at most 15 of a-z, 0-9 and '-'"
        if name is not None and ("name", name) in seen:
            yield (*here, "name"), f"Duplicate value: {shown(name)}; give each port its own name"
        seen.add(("name", name))


def _check_port_number(port: Any, path: Path_) -> Found:
    if not isinstance(port, int) or not 1 <= port <= 65535:
        yield path, f"{shown(port)} must be between 1 and 65535, inclusive"


def _check_variable(variable: dict[str, Any], path: Path_) -> Found:
    if not _ENV_NAME.fullmatch(variable.get("name", "")):
        yield (*path, "name"), f"{shown(variable.get('name'))} is not a valid name of a variable"
    if variable.get("value") and "valueFrom" in variable:
        yield (*path, "valueFrom"), "may not be specified when `value` is not empty; keep one of them"


def quantity(text: str) -> Decimal:
    """The number that a Kubernetes quantity stands for."""
    found = re.fullmatch(r"([+-]?[0-9.]+)([eE][+-]?[0-9]+)?([A-Za-z]*)", text)
    assert found is not None, text
    return Decimal(found[1] + (found[2] or "")) * SUFFIXES[found[3]]


def _check_resources(resources: dict[str, Any], path: Path_) -> Found:
    requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
    for part, amounts in (("requests", requests), ("limits", limits)):
        for name, amount in amounts.items():
            here = (*path, part, name)
            if not _is_resource(name):
                yield here, f'"{name}" must be a standard resource type or fully qualified; use cpu, memory, …'
            elif quantity(amount) < 0:
                yield here, f'"{amount}" must be greater than or equal to 0'
            elif "/" in name and quantity(amount) % 1:
                yield here, f'"{amount}" must be an integer; {name} cannot be divided'
    for name, amount in requests.items():
        limit = limits.get(name)
        if limit is not None and quantity(amount) > quantity(limit):
            yield (*path, "requests", name), f'"{amount}" must be less than or equal to {name} limit of {limit}'
        elif _is_extended(name) and (limit is None or quantity(limit) != quantity(amount)):
            yield (*path, "limits", name), f"must be set and equal to its request {amount} for non overcommit resources"


def _is_extended(name: str) -> bool:
    return "/" in name and not name.startswith(("kubernetes.io/", "requests."))


def _is_resource(name: str) -> bool:
    return name in ("cpu", "memory", "ephemeral-storage") or name.startswith("hugepages-") or "/" in name


def _check_probe(probe: dict[str, Any], path: Path_) -> Found:
    handlers = [key for key in ("exec", "grpc", "httpGet", "tcpSocket") if key in probe]
    if len(handlers) > 1:
        yield path, f"may not specify more than 1 handler type; keep one of {', '.join(handlers)}"
    elif not handlers:
        yield path, "must specify a handler type; add one, as httpGet"
    for field in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"):
        if (value := probe.get(field)) is not None and value < 0:
            yield (*path, field), f"{value} must be greater than or equal to 0"
    port = (probe.get("httpGet") or probe.get("tcpSocket") or {}).get("port")
    if isinstance(port, int):
        yield from _check_port_number(port, (*path, "httpGet" if "httpGet" in probe else "tcpSocket", "port"))
    if path[-1] != "readinessProbe" and probe.get("successThreshold", 1) not in (0, 1):
        yield (*path, "successThreshold"), "must be 1"


def _check_toleration(toleration: dict[str, Any], path: Path_) -> Found:
    operator, effect = toleration.get("operator", "Equal"), toleration.get("effect")
    if operator not in ("Equal", "Exists"):
        yield (*path, "operator"), f"Unsupported value: {shown(operator)}; supported values: Equal, Exists"
    if operator == "Exists" and toleration.get("value"):
        yield (*path, "value"), "must be empty when `operator` is 'Exists'; remove it"
    if not toleration.get("key") and operator != "Exists":
        yield (*path, "operator"), 'must be Exists when `key` is empty, which means "match all values and all keys"'
    if effect is not None and effect not in ("NoSchedule", "PreferNoSchedule", "NoExecute"):
        allowed = "NoSchedule, PreferNoSchedule, NoExecute"
        yield (*path, "effect"), f"Unsupported value: {shown(effect)}; supported values: {allowed}"


def _check_repeats(items: list[Any], path: Path_, key: str, what: str) -> Found:
    seen: set[Any] = set()
    for number, item in enumerate(items):
        if item.get(key) in seen:
            yield (*path, number, key), f"Duplicate value: {shown(item.get(key))}; each {what} needs its own {key}"
        seen.add(item.get(key))


def _check_deployment(content: dict[str, Any]) -> Found:
    spec = content["spec"]
    yield from _check_not_negative(spec, ("spec",), "replicas", "minReadySeconds", "revisionHistoryLimit")
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


def _check_not_negative(value: dict[str, Any], path: Path_, *fields: str) -> Found:
    for field in fields:
        if (number := value.get(field)) is not None and number < 0:
            yield (*path, field), f"{number} must be greater than or equal to 0"


def _check_share(value: dict[str, Any], path: Path_, *fields: str) -> Found:
    for field in fields:
        given = value.get(field)
        if isinstance(given, str) and not _PERCENT.fullmatch(given):
            yield (*path, field), f"{shown(given)} must be an integer or a percentage (e.g '5%')"
        elif isinstance(given, int) and given < 0:
            yield (*path, field), f"{given} must be greater than or equal to 0"


def _check_replicas(content: dict[str, Any]) -> Found:
    yield from _check_not_negative(content["spec"], ("spec",), "replicas")


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
    if not ports and kind in allowed and kind != "ExternalName" and spec.get("clusterIP") != "None":
        yield ("spec", "ports"), "is missing; a service needs at least one port"
    names: set[str] = set()
    for number, port in enumerate(ports):
        here: Path_ = ("spec", "ports", number)
        yield from _check_port_number(port.get("port"), (*here, "port"))
        yield from _check_enum(port, here, "ServicePort")
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
    yield from _check_not_negative(spec, ("spec",), "successfulJobsHistoryLimit", "failedJobsHistoryLimit")


def _check_job(content: dict[str, Any]) -> Found:
    yield from _check_not_negative(
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
