"""What makes a service grow and shrink: CPU, GPU, a queue, or the lag behind a Kafka topic."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi

from components.arguments import Arguments
from components.cron import problem_with_cron

_LEAST_COOLDOWN_SECONDS = 300
_LONGEST_WINDOW_SECONDS = 3600


class ScalingSignal(StrEnum):
    """What is measured."""

    CPU = "cpu"
    """CPU use in percent of the request, by the HorizontalPodAutoscaler."""
    GPU = "gpu"
    """GPU utilisation in percent from the DCGM exporter, by KEDA."""
    QUEUE = "queue"
    """Messages in an SQS queue per replica, by KEDA."""
    KAFKA_LAG = "kafka-lag"
    """Messages behind a Kafka topic's end per replica, by KEDA."""


_TARGETS = {ScalingSignal.CPU: 70, ScalingSignal.GPU: 80, ScalingSignal.QUEUE: 20, ScalingSignal.KAFKA_LAG: 500}
_NEEDS: dict[ScalingSignal, tuple[str, ...]] = {
    ScalingSignal.CPU: (),
    ScalingSignal.GPU: ("prometheus_address",),
    ScalingSignal.QUEUE: ("queue_url", "region"),
    ScalingSignal.KAFKA_LAG: ("bootstrap_servers", "topic", "consumer_group", "region"),
}


class ServiceHours(TypedDict):
    """When a service runs: cron expressions of five fields, in UTC. Outside it goes to zero replicas."""

    start: str
    """When `min_replicas` starts to apply, such as "0 7 * * 1-5"."""
    stop: str
    """When it ends, such as "0 19 * * 1-5"."""


class Scaling(TypedDict):
    """What makes a service grow and shrink. All but CPU without hours need KEDA in the cluster, and KEDA the right to
    measure the queue or topic: both are of `ClusterAddons`."""

    signal: NotRequired[ScalingSignal]
    """What is measured. Default: CPU."""
    target: NotRequired[int]
    """The value per replica above which one is added. Default: 70 % CPU, 80 % GPU, 20 messages, a lag of 500."""
    hours: NotRequired[ServiceHours]
    """When the service runs. Default: always."""
    prometheus_address: NotRequired[str]
    """Where GPU utilisation is read, such as "http://prometheus.monitoring.svc:9090". Required for the signal gpu.
    Default: none."""
    region: NotRequired[str]
    """The region of the queue or the Kafka cluster; required for both. Default: none."""
    queue_url: NotRequired[pulumi.Input[str]]
    """The SQS queue; required for the signal queue. Default: none."""
    bootstrap_servers: NotRequired[pulumi.Input[str]]
    """The Kafka brokers' IAM endpoints; required for the signal kafka-lag. Default: none."""
    topic: NotRequired[str]
    """The Kafka topic; required for the signal kafka-lag. Default: none."""
    consumer_group: NotRequired[str]
    """The consumer group whose lag counts; required for the signal kafka-lag. Default: none."""


class ScalingPlan:
    """A service's scaling as it was read."""

    def __init__(self, read: Arguments, scaling: Mapping[str, Any], *, gpus: int, startup_seconds: int) -> None:
        self._scaling = scaling
        try:
            self.signal = ScalingSignal(scaling.get("signal", ScalingSignal.CPU))
        except ValueError:
            self.signal = ScalingSignal.CPU
            known = ", ".join(each.value for each in ScalingSignal)
            read.refuse("scaling.signal", f'"{scaling.get("signal")}" is not known; use {known}')
        self.target = int(scaling.get("target") or _TARGETS[self.signal])
        self.hours: Mapping[str, Any] = scaling.get("hours") or {}
        self.cooldown_seconds = max(_LEAST_COOLDOWN_SECONDS, startup_seconds)
        self._check(read, gpus)

    @property
    def is_keda(self) -> bool:
        """Whether KEDA scales, not the HorizontalPodAutoscaler alone."""
        return self.signal is not ScalingSignal.CPU or bool(self.hours)

    @property
    def authenticates(self) -> bool:
        """Whether KEDA reads the signal from AWS."""
        return self.signal in (ScalingSignal.QUEUE, ScalingSignal.KAFKA_LAG)

    @property
    def behavior(self) -> dict[str, Any]:
        """How fast replicas go: one that is dropped too early costs a whole model load when it is wanted again."""
        return {"scaleDown": {"stabilizationWindowSeconds": min(_LONGEST_WINDOW_SECONDS, self.cooldown_seconds)}}

    def autoscaler_spec(self, target: Mapping[str, str], least: int, most: int) -> dict[str, Any]:
        """The spec of a HorizontalPodAutoscaler on CPU."""
        use = {"type": "Utilization", "averageUtilization": self.target}
        return {
            "scaleTargetRef": dict(target),
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": use}}],
            "behavior": self.behavior,
        }

    def scaled_object_spec(
        self, service: str, namespace: pulumi.Input[str], target: Mapping[str, str], least: int, most: int
    ) -> dict[str, Any]:
        """The spec of a KEDA ScaledObject; with hours it goes to zero outside them."""
        triggers = [self._trigger(service, namespace)]
        if self.hours:
            times = {"timezone": "Etc/UTC", "start": self.hours["start"], "end": self.hours["stop"]}
            triggers.append({"type": "cron", "metadata": {**times, "desiredReplicas": str(least)}})
        return {
            "scaleTargetRef": dict(target),
            "minReplicaCount": 0 if self.hours else least,
            "maxReplicaCount": most,
            "pollingInterval": 30,
            "cooldownPeriod": self.cooldown_seconds,
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": self.behavior}},
            "triggers": triggers,
        }

    def _trigger(self, service: str, namespace: pulumi.Input[str]) -> dict[str, Any]:
        given, target = self._scaling, str(self.target)
        if self.signal is ScalingSignal.CPU:
            return {"type": "cpu", "metricType": "Utilization", "metadata": {"value": target}}
        if self.signal is ScalingSignal.GPU:
            query = pulumi.Output.concat('avg(DCGM_FI_DEV_GPU_UTIL{namespace="', namespace, f'",pod=~"{service}-.*"}})')
            # No data is not an idle GPU: the query then fails, and KEDA keeps the replicas as they are.
            return {
                "type": "prometheus",
                "metadata": {
                    "serverAddress": given["prometheus_address"],
                    "query": query,
                    "threshold": target,
                    "ignoreNullValues": "false",
                },
            }
        metadata: dict[str, Any] = {
            "awsRegion": given["region"],
            **(
                {"queueURL": given["queue_url"], "queueLength": target, "scaleOnInFlight": "true"}
                if self.signal is ScalingSignal.QUEUE
                else {
                    "bootstrapServers": given["bootstrap_servers"],
                    "consumerGroup": given["consumer_group"],
                    "topic": given["topic"],
                    "lagThreshold": target,
                    "sasl": "aws_msk_iam",
                    "tls": "enable",
                }
            ),
        }
        kind = "aws-sqs-queue" if self.signal is ScalingSignal.QUEUE else "kafka"
        return {"type": kind, "metadata": metadata, "authenticationRef": {"name": f"{service}-scaler"}}

    def _check(self, read: Arguments, gpus: int) -> None:
        for needed in _NEEDS[self.signal]:
            if not self._scaling.get(needed):
                read.refuse(f"scaling.{needed}", f"is missing; scaling by {self.signal.value} needs it")
        if self.signal is ScalingSignal.GPU and not gpus:
            read.refuse("scaling.signal", "gpu with gpus 0 measures nothing; ask for a GPU or scale by another signal")
        most = 95 if self.signal in (ScalingSignal.CPU, ScalingSignal.GPU) else 1_000_000
        if not 1 <= self.target <= most:
            read.refuse("scaling.target", f"{self.target} is out of range; use from 1 to {most}")
        for moment in ("start", "stop") if self.hours else ():
            problem = problem_with_cron(str(self.hours.get(moment, "")))
            if problem:
                read.refuse(f"scaling.hours.{moment}", problem)
