"""How a new version of a service comes into use, and which measurements stop it."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from components.arguments import Arguments

_METRIC_NAME = re.compile(r"[a-z]([a-z0-9_-]{0,61}[a-z0-9])?")
_LATENCY = re.compile(r"latency_p(50|75|90|95|99)")
_ANALYSIS_INTERVAL = "60s"
_ANALYSIS_COUNT = 5


class ReleaseStrategy(StrEnum):
    """How replicas of the old version are replaced."""

    ROLLING = "rolling"
    """One by one, by a Deployment; a version that never becomes ready stops there."""
    CANARY = "canary"
    """By growing shares, by an Argo Rollout; measured at each step, taken back when a measurement fails."""
    BLUE_GREEN = "blueGreen"
    """All at once beside the old ones, by an Argo Rollout; measured before the switch."""


class ReleaseMetric(TypedDict):
    """One measurement that a new version must pass."""

    name: str
    """`error_rate`, `latency_p95` (or p50, p75, p90, p99), or a name of your own with a `query`."""
    maximum: float
    """The greatest value that passes: a ratio, or seconds."""
    query: NotRequired[str]
    """A PromQL query whose first value is compared. `{{args.hash}}` is the new version's pod-template hash,
    `{{args.namespace}}` its namespace. Default: from http_requests_total and http_request_duration_seconds."""


class Release(TypedDict):
    """How a new version comes into use."""

    strategy: ReleaseStrategy
    """Rolling, canary or blue-green; the latter two need Argo Rollouts in the cluster."""
    metrics: NotRequired[list[ReleaseMetric]]
    """What a new version must pass. Required for a canary and blue-green. Default: nothing."""
    prometheus_address: NotRequired[str]
    """Where the measurements are taken, such as "http://prometheus.monitoring.svc:9090". Required with metrics.
    Default: none."""
    steps_percent: NotRequired[list[int]]
    """The shares of a canary. Default: 20, then 50."""
    rollback: NotRequired[bool]
    """Whether a measurement that fails takes the new version back. Default: it does; otherwise the release pauses
    until a person goes on or takes it back."""
    step_seconds: NotRequired[int]
    """How long each share serves before it is measured. Default: 300."""


class ReleasePlan:
    """A release as it was read; rolling when none was given."""

    def __init__(self, read: Arguments, release: Mapping[str, Any], min_replicas: int) -> None:
        try:
            self.strategy = ReleaseStrategy(release.get("strategy", ReleaseStrategy.ROLLING))
        except ValueError:
            self.strategy = ReleaseStrategy.ROLLING
            known = ", ".join(each.value for each in ReleaseStrategy)
            read.refuse("release.strategy", f'"{release.get("strategy")}" is not known; use {known}')
        self.metrics: list[Mapping[str, Any]] = list(release.get("metrics") or [])
        self.prometheus = str(release.get("prometheus_address") or "")
        self.steps = [int(step) for step in release.get("steps_percent") or (20, 50)]
        self.rolls_back = bool(release.get("rollback", True))
        self.step_seconds = int(release.get("step_seconds") or 300)
        self._check(read, min_replicas)

    @property
    def is_rollout(self) -> bool:
        """Whether an Argo Rollout replaces the Deployment."""
        return self.strategy is not ReleaseStrategy.ROLLING

    def _check(self, read: Arguments, min_replicas: int) -> None:
        if not self.is_rollout:
            if self.metrics:
                read.refuse(
                    "release.metrics",
                    "are measured by a canary or blueGreen only; set such a strategy or leave them out",
                )
            return
        if not self.metrics:
            read.refuse("release.metrics", f"are missing; a {self.strategy.value} without any would pass every version")
        if not self.prometheus.startswith(("http://", "https://")):
            read.refuse(
                "release.prometheus_address",
                f'"{self.prometheus}" is not an address; write such as http://prometheus.monitoring.svc:9090',
            )
        if self.strategy is ReleaseStrategy.CANARY:
            self._check_canary(read, min_replicas)
        self._check_metrics(read)

    def _check_canary(self, read: Arguments, min_replicas: int) -> None:
        if min_replicas < 2:
            read.refuse(
                "release.strategy",
                f"canary with min_replicas {min_replicas} has no share to give; use at least 2, or blueGreen",
            )
        if self.steps != sorted(set(self.steps)) or not all(0 < step < 100 for step in self.steps):
            read.refuse("release.steps_percent", f"{self.steps} does not grow between 1 and 99; write such as [20, 50]")

    def _check_metrics(self, read: Arguments) -> None:
        names = [str(metric["name"]) for metric in self.metrics]
        for metric in self.metrics:
            name = str(metric["name"])
            if not _METRIC_NAME.fullmatch(name) or names.count(name) > 1:
                read.refuse(
                    "release.metrics", f'"{name}" cannot name one metric; use distinct names of a-z, 0-9, - and _'
                )
            elif not metric.get("query") and not has_query(name):
                read.refuse("release.metrics", f'"{name}" has no query; give one, or use error_rate or latency_p95')
            if float(metric["maximum"]) < 0:
                read.refuse("release.metrics", f'"{name}" has the maximum {metric["maximum"]}; use one of at least 0')


def has_query(name: str) -> bool:
    """Whether a metric of this name needs no query of its own."""
    return name == "error_rate" or bool(_LATENCY.fullmatch(name))


def template_name(service: str, metric: Mapping[str, Any]) -> str:
    """The name of the AnalysisTemplate of one metric."""
    return f"{service}-{str(metric['name']).replace('_', '-')}"


def analysis_template_spec(
    service: str, metric: Mapping[str, Any], prometheus: str, *, rolls_back: bool = True
) -> dict[str, Any]:
    """An AnalysisTemplate that fails above the maximum and is inconclusive, which pauses, when there are no data.

    Without `rolls_back` it is inconclusive above the maximum too.
    """
    maximum = float(metric["maximum"])
    measured = "len(result) > 0 && !isNaN(result[0])"
    return {
        "args": [{"name": "hash"}, {"name": "namespace"}],
        "metrics": [
            {
                "name": str(metric["name"]).replace("_", "-"),
                "interval": _ANALYSIS_INTERVAL,
                "count": _ANALYSIS_COUNT,
                "failureLimit": 0,
                "inconclusiveLimit": 1,
                "successCondition": f"{measured} && result[0] <= {maximum:g}",
                "failureCondition": f"{measured} && result[0] > {maximum:g}" if rolls_back else "false",
                "provider": {
                    "prometheus": {"address": prometheus, "query": metric.get("query") or _query(service, metric)}
                },
            }
        ],
    }


def rollout_strategy(service: str, plan: ReleasePlan) -> dict[str, Any]:
    """The strategy of a Rollout: measured at every step, aborted and taken back when a measurement fails."""
    analysis = {
        "templates": [{"templateName": template_name(service, metric)} for metric in plan.metrics],
        "args": [
            {"name": "hash", "valueFrom": {"podTemplateHashValue": "Latest"}},
            {"name": "namespace", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        ],
    }
    if plan.strategy is ReleaseStrategy.BLUE_GREEN:
        return {
            "blueGreen": {
                "activeService": service,
                "previewService": f"{service}-preview",
                "autoPromotionEnabled": True,
                "prePromotionAnalysis": analysis,
                "postPromotionAnalysis": analysis,
                "scaleDownDelaySeconds": plan.step_seconds,
            }
        }
    steps: list[dict[str, Any]] = []
    for share in plan.steps:
        steps += [{"setWeight": share}, {"pause": {"duration": f"{plan.step_seconds}s"}}, {"analysis": analysis}]
    return {"canary": {"maxSurge": 1, "maxUnavailable": 0, "steps": steps}}


def _query(service: str, metric: Mapping[str, Any]) -> str:
    pods = f'namespace="{{{{args.namespace}}}}",pod=~"{service}-{{{{args.hash}}}}-.*"'
    latency = _LATENCY.fullmatch(str(metric["name"]))
    if latency:
        buckets = f"sum by (le) (rate(http_request_duration_seconds_bucket{{{pods}}}[2m]))"
        return f"histogram_quantile(0.{latency[1]}, {buckets})"
    failed = f'sum(rate(http_requests_total{{{pods},status=~"5.."}}[2m]))'
    # Without a failure the first series does not exist; that is a rate of 0, not missing data.
    return f"({failed} or vector(0)) / sum(rate(http_requests_total{{{pods}}}[2m]))"
