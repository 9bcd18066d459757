"""A model server on Kubernetes: restricted, bounded, reachable only by whom it names, and paid for by its team."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from math import ceil
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components import workload
from components.arguments import Arguments
from components.workload import GPU_LABEL, GPU_RESOURCE

FINOPS = "finops.apexlogic.com"
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,51}[a-z0-9])?")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_TAG = re.compile(r":(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")
_STARTUP_PERIOD_SECONDS = 10


class AllowedNetwork(TypedDict):
    """Addresses that a service may call."""

    cidr: str
    """The network, such as "10.20.0.0/16"."""
    ports: list[int]
    """The TCP ports."""


class InferenceServiceArgs(TypedDict):
    """What an inference service is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    namespace: pulumi.Input[str]
    """An existing namespace."""
    image: str
    """The server's image, with a digest (`…@sha256:…`) or at least a tag that is not `latest`."""
    require_digest: NotRequired[bool]
    """Whether a tag alone is refused. Default: it is, as a tag can be moved to other content."""
    port: NotRequired[int]
    """The HTTP port the server listens on. Default: 8080."""
    cpu: str
    """CPU per replica, requested and limited, such as "2" or "500m"."""
    memory: str
    """Memory per replica, requested and limited, such as "8Gi"."""
    gpus: NotRequired[int]
    """GPUs per replica. Default: 0, the service runs on CPU nodes."""
    min_replicas: int
    """The least number of replicas."""
    max_replicas: int
    """The greatest number of replicas: the bound of what the service can cost."""
    target_cpu_percent: NotRequired[int]
    """Mean CPU use, in percent of the request, above which replicas are added. Default: 70."""
    min_available: NotRequired[int]
    """Replicas that stay up while nodes are drained. Default: all but one."""
    env: NotRequired[dict[str, str]]
    """Environment variables; not for secrets. Default: none."""
    command: NotRequired[list[str]]
    """Arguments of the container's entry point. Default: those of the image."""
    health_path: NotRequired[str]
    """The path that answers 200 when the server can work. Default: /healthz."""
    startup_seconds: NotRequired[int]
    """How long a start may take, model loading included, before it counts as failed. Default: 600."""
    termination_seconds: NotRequired[int]
    """How long requests in flight may finish after a replica is told to stop. Default: 60."""
    client_namespaces: NotRequired[list[str]]
    """Namespaces whose pods may call the service. Default: only its own."""
    allowed_networks: NotRequired[list[AllowedNetwork]]
    """Networks the service may call. Default: none; DNS is always allowed."""
    scratch_size: NotRequired[str]
    """Size of the writable /tmp. Default: 1Gi."""
    run_as_user: NotRequired[int]
    """The user id of the server. Default: 65532, the `nonroot` user of distroless images."""
    pull_secrets: NotRequired[list[str]]
    """Names of image pull secrets in the namespace. Default: none; nodes pull from ECR by their role."""
    priority_class: NotRequired[str]
    """The pods' priority class. Default: the cluster's default one."""
    expected_cost_usd_per_hour: NotRequired[str]
    """What a replica is expected to cost, as a decimal number; read by the cost gate. Default: not said."""


class InferenceService(pulumi.ComponentResource):
    """A model server behind a cluster-internal service, scaled between two bounds.

    Its pods meet the `restricted` Pod Security Standard, hold no service account token, accept calls only from the
    namespaces named and make none but to the networks named; each object carries the cost tags as labels::

        InferenceService(
            "captioner",
            {
                "tags": tags,
                "namespace": "vision",
                "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/captioner@sha256:…",
                "cpu": "2",
                "memory": "8Gi",
                "gpus": 1,
                "min_replicas": 2,
                "max_replicas": 6,
            },
            pulumi.ResourceOptions(provider=cluster.kubernetes_provider),
        )
    """

    url: pulumi.Output[str]
    """The address inside the cluster."""
    service_name: pulumi.Output[str]
    """The name of the Kubernetes Service."""
    service_account_name: pulumi.Output[str]
    """The pods' service account."""

    def __init__(self, name: str, args: InferenceServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _check(name, args)
        super().__init__("apex:index:InferenceService", name, dict(args), opts)
        self._plan = plan
        child = pulumi.ResourceOptions(parent=self)
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=self._metadata(), automount_service_account_token=False, opts=child
        )
        policies = [
            kubernetes.networking.v1.NetworkPolicy(
                f"{name}-{suffix}", metadata=self._metadata(suffix), spec=spec, opts=child
            )
            for suffix, spec in _network_policies(plan, args).items()
        ]
        deployment = kubernetes.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=self._metadata(annotations=plan.finops),
            spec={
                "selector": {"matchLabels": workload.selector(name)},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                "revisionHistoryLimit": 5,
                "template": _pod_template(plan, args),
            },
            # A pod that starts before its policies exist is open for that moment.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, *policies]),
        )
        service = kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=self._metadata(),
            spec={
                "type": "ClusterIP",
                "selector": workload.selector(name),
                "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
            },
            opts=child,
        )
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{name}-pdb",
            metadata=self._metadata(),
            spec={
                "selector": {"matchLabels": workload.selector(name)},
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                **({"maxUnavailable": 1} if plan.min_available is None else {"minAvailable": plan.min_available}),
            },
            opts=child,
        )
        kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
            f"{name}-hpa",
            metadata=self._metadata(),
            spec=_autoscaler(plan),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[deployment]),
        )
        self.url = pulumi.Output.concat("http://", name, ".", args["namespace"], ".svc.cluster.local")
        self.service_name = service.metadata.apply(lambda metadata: str(metadata["name"]))
        self.service_account_name = account.metadata.apply(lambda metadata: str(metadata["name"]))
        self.register_outputs({output: getattr(self, output) for output in type(self).__annotations__})

    def _metadata(self, suffix: str = "", annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        plan = self._plan
        metadata: dict[str, Any] = {
            "name": f"{plan.name}-{suffix}" if suffix else plan.name,
            "namespace": plan.namespace,
            "labels": plan.labels,
        }
        return {**metadata, "annotations": dict(annotations)} if annotations else metadata


class _Plan:
    """What remains of the Args once they are checked."""

    def __init__(self, name: str, read: Arguments, args: Mapping[str, Any]) -> None:
        self.name = name
        self.namespace = args.get("namespace")
        self.cost_tags = read.cost_tags()
        self.labels = workload.labels(name, "inference", self.cost_tags)
        self.port = read.whole("port", 8080, least=1024, most=65_535)
        self.cpu = read.quantity("cpu")
        self.memory = read.quantity("memory")
        self.scratch_size = read.quantity("scratch_size", "1Gi")
        self.gpus = read.whole("gpus", 0, most=16)
        self.min_replicas = read.whole("min_replicas", 1, least=1)
        self.max_replicas = read.whole("max_replicas", 1, least=1)
        self.min_available = read.whole("min_available", 1, least=1) if "min_available" in args else None
        self.target_cpu_percent = read.whole("target_cpu_percent", 70, least=10, most=95)
        self.startup_seconds = read.whole("startup_seconds", 600, least=_STARTUP_PERIOD_SECONDS, most=7200)
        self.termination_seconds = read.whole("termination_seconds", 60, most=3600)
        self.run_as_user = read.whole("run_as_user", workload.UNPRIVILEGED_USER, least=1)
        self.finops = {
            f"{FINOPS}/resource-tier": "gpu" if self.gpus else "cpu",
            f"{FINOPS}/auto-scale-policy": "cpu-utilization",
        }
        if args.get("expected_cost_usd_per_hour"):
            self.finops[f"{FINOPS}/expected-cost-per-hour"] = str(args["expected_cost_usd_per_hour"])


def _pod_template(plan: _Plan, args: InferenceServiceArgs) -> dict[str, Any]:
    resources = {"cpu": plan.cpu, "memory": plan.memory}
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
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": plan.scratch_size}}],
    }
    if plan.gpus:
        # Extended resources cannot be overcommitted: the API server wants request and limit to be equal.
        resources[GPU_RESOURCE] = str(plan.gpus)
        spec["nodeSelector"] = {GPU_LABEL: "true"}
        spec["tolerations"] = [{"key": GPU_RESOURCE, "operator": "Equal", "value": "true", "effect": "NoSchedule"}]
    if args.get("pull_secrets"):
        spec["imagePullSecrets"] = [{"name": secret} for secret in args["pull_secrets"]]
    if args.get("priority_class"):
        spec["priorityClassName"] = args["priority_class"]
    container: dict[str, Any] = {
        "name": "server",
        "image": args["image"],
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": plan.port, "protocol": "TCP"}],
        "resources": {"requests": resources, "limits": resources},
        "securityContext": workload.container_security(),
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the container's own scratch volume
        **_probes(plan, args),
    }
    if args.get("command"):
        container["args"] = args["command"]
    if args.get("env"):
        container["env"] = [{"name": key, "value": value} for key, value in sorted(args["env"].items())]
    return {
        "metadata": {"labels": plan.labels, "annotations": plan.finops},
        "spec": {**spec, "containers": [container]},
    }


def _probes(plan: _Plan, args: InferenceServiceArgs) -> dict[str, Any]:
    """Probes of a server that loads a model first: nothing else is asked before the startup probe has passed."""
    get = {"httpGet": {"path": args.get("health_path", "/healthz"), "port": "http"}}
    return {
        "startupProbe": {
            **get,
            "periodSeconds": _STARTUP_PERIOD_SECONDS,
            "timeoutSeconds": 5,
            "failureThreshold": ceil(plan.startup_seconds / _STARTUP_PERIOD_SECONDS),
        },
        "readinessProbe": {**get, "periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 3},
        "livenessProbe": {**get, "periodSeconds": 15, "timeoutSeconds": 5, "failureThreshold": 4},
    }


def _network_policies(plan: _Plan, args: InferenceServiceArgs) -> dict[str, dict[str, Any]]:
    match = workload.selector(plan.name)
    own: dict[str, Any] = {"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": plan.port}]}
    clients = args.get("client_namespaces")
    ingress = [own, workload.allow_from_namespaces(clients, plan.port)] if clients else [own]
    egress = [
        workload.allow_to_network(network["cidr"], [int(port) for port in network["ports"]])
        for network in args.get("allowed_networks", [])
    ]
    return {
        "deny": workload.network_policy(match, [], []),
        "allow": workload.network_policy(match, ingress, [workload.allow_dns(), *egress]),
    }


def _autoscaler(plan: _Plan) -> dict[str, Any]:
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.name},
        "minReplicas": plan.min_replicas,
        "maxReplicas": plan.max_replicas,
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": plan.target_cpu_percent},
                },
            }
        ],
        # A replica that is dropped too early costs a whole model load when it is wanted again.
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": min(3600, max(300, plan.startup_seconds))}},
    }


def _check(name: str, args: InferenceServiceArgs) -> _Plan:
    read = Arguments(name, args)
    read.allow_only(InferenceServiceArgs.__annotations__)
    plan = _Plan(name, read, args)
    if not _NAME.fullmatch(name):
        read.refuse(
            "name", f'"{name}" cannot name Kubernetes objects; use at most 53 of a-z, 0-9 and -, first a letter'
        )
    _check_replicas(read, plan)
    _check_image(read, str(args.get("image", "")), args.get("require_digest", True))
    for network in args.get("allowed_networks", []):
        try:
            ip_network(network["cidr"])
        except ValueError as error:
            read.refuse("allowed_networks", f'"{network["cidr"]}" is not a network: {error}; write it as 10.0.0.0/16')
    read.refuse_if_wrong()
    return plan


def _check_replicas(read: Arguments, plan: _Plan) -> None:
    if plan.min_replicas > plan.max_replicas:
        read.refuse(
            "max_replicas",
            f"{plan.max_replicas} is below min_replicas {plan.min_replicas}; raise it or lower min_replicas",
        )
    if plan.min_available is not None and plan.min_available >= plan.min_replicas:
        read.refuse(
            "min_available",
            f"{plan.min_available} with min_replicas {plan.min_replicas} lets no node be drained; "
            + (
                f"use at most {plan.min_replicas - 1}"
                if plan.min_replicas > 1
                else "leave it out or raise min_replicas"
            ),
        )


def _check_image(read: Arguments, image: str, require_digest: bool) -> None:
    if _DIGEST.search(image):
        return
    if require_digest:
        read.refuse("image", f'"{image}" has no digest, its content can change; append @sha256: and the 64 hex digits')
    elif not _TAG.search(image):
        read.refuse("image", f'"{image}" names no fixed version; append a tag other than latest, or a digest')
