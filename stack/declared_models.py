"""AI components of the catalog as arguments of the services that serve their models."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pulumi

from apex.specs import Catalog, Declaration
from apex.specs.component import Autoscaling, MultimodalAIComponent, RolloutMetric
from apex.specs.values import Duration
from components.arguments import LOG_RETENTION_DAYS
from components.inference_release import Release, ReleaseMetric, ReleaseStrategy
from components.inference_service import InferenceServiceArgs
from components.model_service import ModelServiceArgs
from components.team_namespace import TeamNamespace
from components.workload import quantity
from stack.declared import cost_tags, namespace_of, place
from stack.environment import Environment

PROMETHEUS = "http://prometheus.monitoring.svc:9090"
_DEFAULT_CPU, _DEFAULT_MEMORY = "1", "2Gi"
_MOST_CPU_TARGET = 95
_BOUNDED_ABOVE = ("error", "bias", "difference", "drift")
"""Words in the name of a measure that is better when it is lower."""


def models(
    env: Environment, declared: Catalog, namespaces: Mapping[str, TeamNamespace]
) -> Iterator[tuple[str, ModelServiceArgs]]:
    """Name and arguments of every model that serves."""
    addresses = {
        registry.name: registry.address for found in declared.platform for registry in found.model.spec.registries
    }
    for found in declared.components:
        governance = found.model.spec.governance
        limit = governance.cost_optimization.autoscaling.cost_threshold_usd_per_day
        tags = cost_tags(env, declared, found)
        args: ModelServiceArgs = {
            "service": _service(env, found, addresses, namespaces, tags),
            "governance": _governance(found.model),
        }
        if governance.audit_trail.enabled:
            wanted = governance.audit_trail.log_retention_days
            args["audit_retention_days"] = next(known for known in LOG_RETENTION_DAYS if known >= wanted)
        if limit is not None:
            args["daily_limit"] = f"{limit:f}"
            args["emails"] = list(declared.ownership.teams[tags["team"]].contacts)
        yield found.name, args


def _service(
    env: Environment,
    found: Declaration[MultimodalAIComponent],
    addresses: Mapping[str, str],
    namespaces: Mapping[str, TeamNamespace],
    tags: dict[str, str],
) -> InferenceServiceArgs:
    spec = found.model.spec
    limits, scaling = spec.governance.cost_optimization.resource_limits, spec.governance.cost_optimization.autoscaling
    least = max(1, scaling.min_replicas)
    args: InferenceServiceArgs = {
        "tags": tags,
        "namespace": namespace_of(found, namespaces),
        "image": _image(env, found, addresses),
        "require_digest": env.settings.deletion_protection,
        "cpu": str(limits.cpu or _DEFAULT_CPU),
        "memory": str(limits.memory or _DEFAULT_MEMORY),
        "gpus": int(quantity(str(limits.gpu)) or 0) if limits.gpu else 0,
        "min_replicas": least,
        "max_replicas": max(least, scaling.max_replicas),
        "scaling": {"target": _cpu_target(scaling)},
        "release": _release(found.model, least),
    }
    if spec.release.rollout_metrics:
        args["service_monitor"] = True
    return args


def _image(env: Environment, found: Declaration[MultimodalAIComponent], addresses: Mapping[str, str]) -> str:
    model = found.model.spec.model
    image = f"{addresses[model.repository]}/{model.name}:{model.version}"
    if model.digest:
        return f"{image}@{model.digest}"
    if env.settings.deletion_protection:
        raise pulumi.RunError(
            f"{place(found)}: spec.model.digest is missing, and {env.name} runs only images that nobody can change; "
            f"write the digest that {image} has"
        )
    return image


def _cpu_target(scaling: Autoscaling) -> int:
    return min(_MOST_CPU_TARGET, scaling.target_cpu_utilization_percentage)


def _release(model: MultimodalAIComponent, min_replicas: int) -> Release:
    release = model.spec.release
    strategy = ReleaseStrategy(release.strategy)
    if strategy is ReleaseStrategy.CANARY and min_replicas < 2:
        # One replica has no share to give away: the same measures are taken beside it, before all traffic moves.
        strategy = ReleaseStrategy.BLUE_GREEN
    if strategy is ReleaseStrategy.ROLLING or not release.rollout_metrics:
        return {"strategy": ReleaseStrategy.ROLLING}
    return {
        "strategy": strategy,
        "metrics": [_metric(metric) for metric in release.rollout_metrics],
        "prometheus_address": PROMETHEUS,
    }


def _metric(metric: RolloutMetric) -> ReleaseMetric:
    """A measure as the analysis takes it: a greatest value. A least ratio becomes the greatest rate of its opposite."""
    name = metric.name.replace("-", "_")
    if isinstance(metric.threshold, Duration):
        bound: ReleaseMetric = {"name": name, "maximum": float(metric.threshold.seconds)}
        return bound if name.startswith("latency_p") else {**bound, "query": f"max({_series(name)})"}
    ratio = Decimal(metric.threshold)
    if name == "success_rate":
        return {"name": "error_rate", "maximum": float(1 - ratio)}
    if name == "error_rate":
        return {"name": name, "maximum": float(ratio)}
    if any(word in name for word in _BOUNDED_ABOVE):
        return {"name": name, "maximum": float(ratio), "query": f"max({_series(name)})"}
    return {"name": name, "maximum": float(1 - ratio), "query": f"1 - min({_series(name)})"}


def _series(name: str) -> str:
    return f'{name}{{namespace="{{{{args.namespace}}}}",pod=~".*-{{{{args.hash}}}}-.*"}}'


def _governance(model: MultimodalAIComponent) -> dict[str, str]:
    """What monitors read: the limit of each fairness measure, and the promises about personal data."""
    bias, privacy = model.spec.governance.bias_detection, model.spec.governance.data_privacy
    return {
        **{measure: f"{limit:f}" for measure, limit in bias.thresholds.items()},
        "anonymizationRequired": str(privacy.anonymization_required).lower(),
        "dataPrivacyLevel": privacy.level,
        "model": f"{model.spec.model.name}:{model.spec.model.version}",
        "monitoringEndpoint": str(bias.monitoring_endpoint),
    }
