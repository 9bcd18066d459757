"""The pod of an inference service."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from components import workload
from components.inference_plan import STARTUP_PERIOD_SECONDS, InferencePlan
from components.workload import GPU_LABEL, GPU_RESOURCE


def pod_template(plan: InferencePlan, args: Mapping[str, Any]) -> dict[str, Any]:
    """The pod template: restricted, spread over zones and nodes, on a GPU node if it asks for a GPU."""
    runtime = plan.runtime
    spec: dict[str, Any] = {
        "serviceAccountName": plan.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": workload.pod_security(plan.run_as_user),
        "terminationGracePeriodSeconds": plan.termination_seconds,
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": workload.selector(plan.name)},
            }
            for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": plan.scratch_size}}, *runtime.volumes()],
        "containers": [_server(plan, args)],
    }
    if runtime.init_containers():
        spec["initContainers"] = runtime.init_containers()
    if plan.gpus:
        spec["nodeSelector"] = {GPU_LABEL: "true", **args.get("node_selector", {})}
        spec["tolerations"] = [{"key": GPU_RESOURCE, "operator": "Equal", "value": "true", "effect": "NoSchedule"}]
    elif args.get("node_selector"):
        spec["nodeSelector"] = args["node_selector"]
    if args.get("pull_secrets"):
        spec["imagePullSecrets"] = [{"name": secret} for secret in args["pull_secrets"]]
    if args.get("priority_class"):
        spec["priorityClassName"] = args["priority_class"]
    return {"metadata": {"labels": plan.labels, "annotations": plan.finops}, "spec": spec}


def _server(plan: InferencePlan, args: Mapping[str, Any]) -> dict[str, Any]:
    resources = {"cpu": plan.cpu, "memory": plan.memory}
    if plan.gpus:
        # Extended resources cannot be overcommitted: the API server wants request and limit to be equal.
        resources[GPU_RESOURCE] = str(plan.gpus)
    container: dict[str, Any] = {
        "name": "server",
        "image": args["image"],
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": plan.port, "protocol": "TCP"}],
        "resources": {"requests": resources, "limits": resources},
        "securityContext": workload.container_security(),
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own scratch volume
            *plan.runtime.mounts(),
        ],
        **_probes(plan),
    }
    arguments = plan.runtime.arguments() or list(args.get("command", []))
    if arguments:
        container["args"] = arguments
    env = [{"name": key, "value": value} for key, value in {**plan.runtime.env(), **args.get("env", {})}.items()]
    for variable, (secret, key) in plan.secret_env.items():
        env.append({"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}})
    if env:
        container["env"] = sorted(env, key=lambda each: str(each["name"]))
    return container


def _probes(plan: InferencePlan) -> dict[str, Any]:
    """Probes of a server that loads a model first: nothing else is asked before the startup probe has passed."""
    get = {"httpGet": {"path": plan.health_path, "port": "http"}}
    return {
        "startupProbe": {
            **get,
            "periodSeconds": STARTUP_PERIOD_SECONDS,
            "timeoutSeconds": 5,
            "failureThreshold": ceil(plan.startup_seconds / STARTUP_PERIOD_SECONDS),
        },
        "readinessProbe": {**get, "periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 3},
        "livenessProbe": {**get, "periodSeconds": 15, "timeoutSeconds": 5, "failureThreshold": 4},
    }


def network_policies(plan: InferencePlan, args: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """One policy that denies everything both ways, and one with exactly what is allowed."""
    match = workload.selector(plan.name)
    ingress: list[dict[str, Any]] = [{"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": plan.port}]}]
    namespaces = [*args.get("client_namespaces", []), *([plan.monitoring_namespace] if plan.is_scraped else [])]
    if namespaces:
        ingress.append(workload.allow_from_namespaces(namespaces, plan.port))
    egress = [workload.allow_dns()]
    if plan.uses_aws:
        # Policies know addresses, not names, and those of AWS services change: so HTTPS is open, but to them and to
        # the pod identity agent only by IAM, and never to the node's metadata.
        egress.append(workload.allow_to_network("169.254.170.23/32", [80]))
        egress.append(workload.allow_to_network("0.0.0.0/0", [443]))
    egress += [
        workload.allow_to_network(network["cidr"], [int(port) for port in network["ports"]])
        for network in args.get("allowed_networks", [])
    ]
    return {
        "deny": workload.network_policy(match, [], []),
        "allow": workload.network_policy(match, ingress, egress),
    }
