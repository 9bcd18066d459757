"""What the API server holds the pods of a workload to."""

import re
from typing import Any

from apex.specs.document import Path_
from apex.specs.kubernetes_forms import (
    DNS_LABEL,
    PORT_NAME,
    Found,
    check_enum,
    check_labels,
    check_port_number,
    check_repeats,
    check_target_port,
    quantity,
)
from apex.specs.values import shown

_ENV_NAME = re.compile(r"[^=\x00-\x1f\x7f-\U0010ffff]+")


def check_pod(spec: Any, path: Path_, kind: str, claims: frozenset[str] = frozenset()) -> Found:
    """What is wrong with a pod of a workload of `kind`; `claims` are the volumes that the workload makes for it."""
    if not isinstance(spec, dict):
        yield path, "is missing; add it with its containers"
        return
    if not spec.get("containers"):
        yield (*path, "containers"), "is empty; a pod needs at least one container"
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()} | claims
    yield from check_repeats(spec.get("volumes") or [], (*path, "volumes"), "name", "volume")
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
    for field, problem in check_labels({"labels": spec.get("nodeSelector")}, path):
        yield (*path, "nodeSelector", field[-1]), problem
    yield from check_enum(spec, path, "PodSpec")
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
    yield from check_enum(container, path, "Container")
    yield from _check_ports(container.get("ports") or [], (*path, "ports"))
    yield from _check_resources(container.get("resources") or {}, (*path, "resources"))
    yield from check_repeats(container.get("env") or [], (*path, "env"), "name", "variable")
    for number, variable in enumerate(container.get("env") or ()):
        yield from _check_variable(variable, (*path, "env", number))
    for number, source in enumerate(container.get("envFrom") or ()):
        if not {"configMapRef", "secretRef"} & set(source):
            yield (*path, "envFrom", number), "must specify one of: configMapRef or secretRef"
    mounts = container.get("volumeMounts") or []
    for number, mount in enumerate(mounts):
        if mount.get("name") not in volumes:
            yield (*path, "volumeMounts", number, "name"), f"Not found: {shown(mount.get('name'))}; declare the volume"
    yield from check_repeats(mounts, (*path, "volumeMounts"), "mountPath", "mount")
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe in container:
            yield from _check_probe(container[probe], (*path, probe))


def _check_ports(ports: list[Any], path: Path_) -> Found:
    seen: set[tuple[Any, Any]] = set()
    for number, port in enumerate(ports):
        here = (*path, number)
        yield from check_port_number(port.get("containerPort"), (*here, "containerPort"))
        yield from check_enum(port, here, "ContainerPort")
        name = port.get("name")
        if name is not None and not PORT_NAME.fullmatch(name):
            yield (*here, "name"), f"{shown(name)} is not a valid name of a port; use at most 15 of a-z, 0-9 and '-'"
        if name is not None and ("name", name) in seen:
            yield (*here, "name"), f"Duplicate value: {shown(name)}; give each port its own name"
        number_and_protocol = (port.get("containerPort"), port.get("protocol", "TCP"))
        if number_and_protocol in seen:  # taken by a create, refused by the server-side apply that deploys it
            yield (*here, "containerPort"), f"duplicate entries for key {number_and_protocol[0]}; keep one of them"
        seen |= {("name", name), number_and_protocol}


def _check_variable(variable: dict[str, Any], path: Path_) -> Found:
    if not _ENV_NAME.fullmatch(variable.get("name", "")):
        yield (*path, "name"), f"{shown(variable.get('name'))} is not a valid name of a variable"
    if "valueFrom" in variable and not variable["valueFrom"]:
        yield (*path, "valueFrom"), "must specify a source; add one, as secretKeyRef"
    elif variable.get("value") and "valueFrom" in variable:
        yield (*path, "valueFrom"), "may not be specified when `value` is not empty; keep one of them"


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
    if port is not None:
        yield from check_target_port(port, (*path, "httpGet" if "httpGet" in probe else "tcpSocket", "port"))
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
    if "tolerationSeconds" in toleration and effect != "NoExecute":
        yield (*path, "effect"), "must be NoExecute when `tolerationSeconds` is set"
    elif effect is not None and effect not in ("NoSchedule", "PreferNoSchedule", "NoExecute"):
        allowed = "NoSchedule, PreferNoSchedule, NoExecute"
        yield (*path, "effect"), f"Unsupported value: {shown(effect)}; supported values: {allowed}"
