"""What an inference service is to be: its options, and which of them can be had together."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from components import workload
from components.arguments import Arguments
from components.inference_permissions import check_permissions
from components.inference_release import ReleasePlan, ReleaseStrategy
from components.inference_runtime import RuntimePlan
from components.inference_scaling import ScalingPlan

STARTUP_PERIOD_SECONDS = 10
FINOPS = "finops.apexlogic.com"
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,41}[a-z0-9])?")
_TAG = re.compile(r":(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")
_SECRET_KEY = re.compile(r"([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)/([A-Za-z0-9._-]{1,253})")
_POLICIES = {"cpu": "cpu-utilization", "gpu": "gpu-utilization", "queue": "queue-length", "kafka-lag": "kafka-lag"}


class InferencePlan:
    """What remains of a service's Args once they are read; what cannot be had together is refused."""

    def __init__(self, name: str, read: Arguments, args: Mapping[str, Any]) -> None:
        self.name = name
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
        self.startup_seconds = read.whole("startup_seconds", 600, least=STARTUP_PERIOD_SECONDS, most=7200)
        self.termination_seconds = read.whole("termination_seconds", 60, most=3600)
        self.run_as_user = read.whole("run_as_user", workload.UNPRIVILEGED_USER, least=1)
        self.runtime = RuntimePlan(read, args, gpus=self.gpus, port=self.port)
        self.health_path = str(args.get("health_path") or ("/health" if self.runtime.is_vllm else "/healthz"))
        self.release = ReleasePlan(read, args.get("release") or {}, self.min_replicas)
        self.scaling = ScalingPlan(
            read, args.get("scaling") or {}, gpus=self.gpus, startup_seconds=self.startup_seconds
        )
        self.permissions: Mapping[str, Any] = args.get("permissions") or {}
        self.is_scraped = bool(args.get("service_monitor"))
        self.monitoring_namespace = str(args.get("monitoring_namespace") or "monitoring")
        self.finops = {
            f"{FINOPS}/resource-tier": "gpu" if self.gpus else "cpu",
            f"{FINOPS}/auto-scale-policy": _POLICIES[self.scaling.signal.value],
        }
        if args.get("expected_cost_usd_per_hour"):
            self.finops[f"{FINOPS}/expected-cost-per-hour"] = str(args["expected_cost_usd_per_hour"])
        self.secret_env = _read_secret_env(read, args)
        self._check(read, args)

    @property
    def uses_aws(self) -> bool:
        """Whether the pods call AWS."""
        return bool(self.permissions)

    @property
    def is_blue_green(self) -> bool:
        """Whether a new version is tried behind a service of its own."""
        return self.release.strategy is ReleaseStrategy.BLUE_GREEN

    @property
    def service_suffixes(self) -> tuple[str, ...]:
        """Suffixes of the names of the Kubernetes Services, the main one first."""
        return ("", "preview") if self.is_blue_green else ("",)

    def _check(self, read: Arguments, args: Mapping[str, Any]) -> None:
        if not _NAME.fullmatch(self.name):
            read.refuse(
                "name",
                f'"{self.name}" cannot name Kubernetes objects; use at most 43 of a-z, 0-9 and -, first a letter',
            )
        self._check_replicas(read)
        _check_image(read, str(args.get("image", "")), bool(args.get("require_digest", True)))
        check_permissions(read, self.permissions, has_model=self.runtime.model_object is not None)
        for network in args.get("allowed_networks", []):
            try:
                ip_network(network["cidr"])
            except ValueError as error:
                read.refuse(
                    "allowed_networks", f'"{network["cidr"]}" is not a network: {error}; write it as 10.0.0.0/16'
                )
        cost = str(args.get("expected_cost_usd_per_hour") or "0")
        if not re.fullmatch(r"\d+(\.\d+)?", cost):
            read.refuse("expected_cost_usd_per_hour", f'"{cost}" is not an amount of USD; write such as "1.006"')
        read.refuse_if_wrong()

    def _check_replicas(self, read: Arguments) -> None:
        least, most, available = self.min_replicas, self.max_replicas, self.min_available
        if least > most:
            read.refuse("max_replicas", f"{most} is below min_replicas {least}; raise it or lower min_replicas")
        if available is not None and available >= least:
            fix = f"use at most {least - 1}" if least > 1 else "leave it out or raise min_replicas"
            read.refuse("min_available", f"{available} with min_replicas {least} lets no node be drained; {fix}")


def _check_image(read: Arguments, image: str, require_digest: bool) -> None:
    if workload.has_digest(image):
        return
    if require_digest:
        read.refuse("image", f'"{image}" has no digest, its content can change; append @sha256: and the 64 hex digits')
    elif not _TAG.search(image):
        read.refuse("image", f'"{image}" names no fixed version; append a tag other than latest, or a digest')


def _read_secret_env(read: Arguments, args: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    found = {}
    for variable, reference in (args.get("secret_env") or {}).items():
        match = _SECRET_KEY.fullmatch(str(reference))
        if not match:
            # The value is not told: it may be the secret itself.
            read.refuse("secret_env", f"{variable} does not name a key of a Secret; write it as secret/key")
        elif variable in (args.get("env") or {}):
            read.refuse("secret_env", f"{variable} is in env too; leave it out of one of them")
        else:
            found[str(variable)] = (match[1], match[2])
    return found
