"""AI components of the catalog as arguments of the services that serve their models."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import pulumi

from apex.specs import Catalog, Declaration
from apex.specs.component import Autoscaling, MultimodalAIComponent, RolloutMetric
from apex.specs.values import Duration
from components.arguments import LOG_RETENTION_DAYS
from components.inference_release import Release, ReleaseMetric, ReleaseStrategy, has_query
from components.inference_scaling import Scaling, ScalingSignal
from components.inference_service import InferenceServiceArgs
from components.model_service import ModelServiceArgs
from components.team_namespace import TeamNamespace
from stack.declared import cost_tags, namespace_of, place
from stack.environment import Environment

PROMETHEUS = "http://prometheus.monitoring.svc:9090"
_DEFAULT_CPU, _DEFAULT_MEMORY = "1", "2Gi"
_MOST_USE = 95
_LONGEST_NAME = 43
"""So long can the name of a service be: its objects' names are longer, and a label takes 63 characters."""
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
    gpus = int(limits.gpu.value) if limits.gpu else 0
    if len(name := f"{env.name}-{found.name}") > _LONGEST_NAME:
        raise pulumi.RunError(
            f'{place(found)}: metadata.name: "{name}" is too long for the names of its objects; '
            f"use at most {_LONGEST_NAME - len(env.name) - 1} characters"
        )
    args: InferenceServiceArgs = {
        "tags": tags,
        "namespace": namespace_of(found, namespaces),
        "image": _image(env, found, addresses),
        "require_digest": env.settings.deletion_protection,
        "env": env.governance(spec.governance.data_privacy.level),
        "cpu": str(limits.cpu or _DEFAULT_CPU).lstrip("+"),
        "memory": str(limits.memory or _DEFAULT_MEMORY).lstrip("+"),
        "gpus": gpus,
        "min_replicas": scaling.min_replicas,
        "max_replicas": scaling.max_replicas,
        "scaling": _scaling(scaling, gpus),
        "release": _release(found.model),
    }
    if spec.release.rollout_metrics:
        args["service_monitor"] = True
    return args


def _image(env: Environment, found: Declaration[MultimodalAIComponent], addresses: Mapping[str, str]) -> str:
    model = found.model.spec.model
    if model.repository not in addresses:
        raise pulumi.RunError(
            f'{place(found)}: spec.model.repository: there is no registry "{model.repository}"; '
            f"use one of {', '.join(sorted(addresses)) or 'none'}, or add it to the catalog's Platform"
        )
    image = f"{addresses[model.repository]}/{model.name}:{model.version}"
    if model.digest:
        return f"{image}@{model.digest}"
    if env.settings.deletion_protection:
        raise pulumi.RunError(
            f"{place(found)}: spec.model.digest is missing, and {env.name} runs only images that nobody can change; "
            f"write the digest that {image} has"
        )
    return image


def _scaling(scaling: Autoscaling, gpus: int) -> Scaling:
    """A model on GPUs is busy when these are; its CPUs then idle, and it would never grow."""
    target = min(_MOST_USE, scaling.target_cpu_utilization_percentage)
    if gpus:
        return {"signal": ScalingSignal.GPU, "target": target, "prometheus_address": PROMETHEUS}
    return {"target": target}


def _release(model: MultimodalAIComponent) -> Release:
    release = model.spec.release
    strategy = ReleaseStrategy(release.strategy)
    if strategy is ReleaseStrategy.ROLLING:
        return {"strategy": strategy}
    if model.spec.governance.cost_optimization.autoscaling.min_replicas < 2:
        # One replica has no share to give away: the same measures are taken beside it, before all traffic moves.
        strategy = ReleaseStrategy.BLUE_GREEN
    return {
        "strategy": strategy,
        "metrics": _metrics(release.rollout_metrics),
        "prometheus_address": PROMETHEUS,
        "rollback": release.rollback_on_failure,
    }


def _metrics(metrics: Sequence[RolloutMetric]) -> list[ReleaseMetric]:
    """The measures; of two that come to the same, such as a success rate and an error rate, the stricter one."""
    found: dict[str, ReleaseMetric] = {}
    for metric in map(_metric, metrics):
        known = found.get(metric["name"])
        if known is None or metric["maximum"] < known["maximum"]:
            found[metric["name"]] = metric
    return list(found.values())


def _metric(metric: RolloutMetric) -> ReleaseMetric:
    """A measure as the analysis takes it: a greatest value. A least ratio becomes the greatest rate of its opposite."""
    name = metric.measure
    if isinstance(metric.threshold, Duration):
        bound: ReleaseMetric = {"name": name, "maximum": float(metric.threshold.seconds)}
        return bound if has_query(name) else {**bound, "query": f"max({_series(name)})"}
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
