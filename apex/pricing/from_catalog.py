"""Budgets and usage from the catalog's YAML kinds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from apex import tags
from apex.errors import InputError, Problem
from apex.plan import Plan
from apex.pricing.budgets import Budget
from apex.pricing.quantity import Quantity
from apex.pricing.stack import tags_of
from apex.pricing.usage import UsageBook, UsageEntry
from apex.specs import finops
from apex.specs.catalog import Declaration
from apex.specs.component import MultimodalAIComponent
from apex.specs.loader import apply_overlay, declare, read_sources
from apex.specs.pipeline import DataPipeline
from apex.specs.usage import Usages

_SCOPE_TAGS = {
    "project": tags.PROJECT,
    "team": tags.TEAM,
    "cost_center": tags.COST_CENTER,
    "environment": tags.ENVIRONMENT,
    "data_modality": tags.DATA_MODALITY,
}

_ONE = Decimal(1)
_METRICS: Mapping[str, tuple[tuple[str, str, Decimal], ...]] = {
    "storedGib": tuple(
        (service, metric, _ONE)
        for service, metric in (
            ("s3", "storage_gb"), ("rds", "storage_gb"), ("opensearch-serverless", "storage_gb"), ("ecr", "storage_gb"),
            ("dynamodb", "storage_gb"), ("efs", "storage_gb"), ("msk", "retained_gb"), ("kinesis", "retained_gb"),
        )
    ),
    "averageObjectKib": (("s3", "average_object_kb", _ONE),),
    "putRequestsPerMonth": (("s3", "put_requests", _ONE),),
    "getRequestsPerMonth": (("s3", "get_requests", _ONE),),
    "retrievedGibPerMonth": (("s3", "retrieval_gb", _ONE),),
    "ingestedGibPerMonth": (
        ("msk", "data_in_gb", _ONE), ("kinesis", "data_in_gb", _ONE), ("firehose", "data_in_gb", _ONE),
    ),
    "readGibPerMonth": (("msk", "data_out_gb", _ONE), ("kinesis", "data_out_gb", _ONE), ("efs", "read_gb", _ONE)),
    "logGibPerMonth": (("logs", "ingested_gb", _ONE),),
    "transferOutGibPerMonth": (("transfer", "internet_gb", _ONE),),
    "crossZoneGibPerMonth": (("transfer", "inter_zone_gb", _ONE),),
    "crossRegionGibPerMonth": (("transfer", "inter_region_gb", _ONE), ("s3", "replicated_gb", _ONE)),
    "natGibPerMonth": (("nat", "data_gb", _ONE),),
    "endpointGibPerMonth": (("endpoint", "data_gb", _ONE),),
    "requestsPerMonth": (("lambda", "requests", _ONE), ("sqs", "requests", _ONE), ("sns", "requests", _ONE)),
    "recordsPerMonth": (("sfn", "records", _ONE),),
    "runsPerMonth": (("sfn", "executions", _ONE),),
    "hoursPerMonth": (("job", "hours", _ONE), ("emr-serverless", "hours", _ONE), ("glue", "job_hours", _ONE)),
    "audioMinutesPerMonth": (("transcribe", "minutes", _ONE),),
    "videoMinutesPerMonth": (("rekognition", "video_minutes", _ONE),),
    "imagesPerMonth": (("rekognition", "images", _ONE),),
    "charactersPerMonth": (("comprehend", "units", Decimal("0.01")),),
}  # fmt: skip
"""What each declared quantity is to the services that bill it, and the factor between their units."""

_SHARED = {
    "kafka": ("msk",),
    "vector-database": ("opensearch-serverless", "rds"),
    "network": ("nat", "endpoint", "elb"),
}
"""Names under `services` that stand for all resources of some services. Transfer is added up whoever causes it."""


def read_declarations(files: Iterable[Path]) -> tuple[Declaration[Any], ...]:
    """The declarations in single files. Raises InputError with every problem."""
    sources, problems = read_sources(list(files))
    merged, found = apply_overlay(sources, [])
    problems += found
    declarations, found = declare(merged)
    problems += found
    if problems:
        raise InputError(problems)
    return declarations


def budgets_of(declarations: Iterable[Declaration[Any]]) -> tuple[Budget, ...]:
    """The budgets among `declarations`, by name."""
    found = []
    for declaration in declarations:
        if isinstance(declaration.model, finops.Budget):
            spec = declaration.model.spec
            scope = {tag: value for name, tag in _SCOPE_TAGS.items() if (value := getattr(spec.scope, name))}
            source, line, _ = declaration.place(("spec", "amount"))
            found.append(
                Budget(
                    declaration.name, spec.amount, scope, spec.currency, spec.period, spec.thresholds,
                    spec.enforcement == "hard", source.shown, line,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda budget: budget.name))


def usage_of(declarations: Iterable[Declaration[Any]]) -> UsageBook:
    """The usage among `declarations`: that of Usage documents, and what pipelines and components say of themselves."""
    entries: list[UsageEntry] = []
    for declaration in declarations:
        model = declaration.model
        if isinstance(model, finops.Usage):
            for tier, usages in model.spec.data_classes.items():
                entries += _entries("data-class", tier, usages)
            for name, usages in model.spec.pipelines.items():
                entries += _entries("pipeline", name, usages)
            for name, usages in model.spec.services.items():
                entries += _service(name, usages)
        elif isinstance(model, DataPipeline):
            entries += _shared_transfer(_entries("pipeline", declaration.name, model.spec.usage))
        elif isinstance(model, MultimodalAIComponent):
            entries += _shared_transfer(_entries("component", declaration.name, model.spec.usage))
    return UsageBook(_together(entries))


def _service(name: str, usages: Usages) -> list[UsageEntry]:
    entries = _entries("component", name, usages)
    everywhere = [replace(e, scope="service", name="*") for e in entries if e.service in _SHARED.get(name, ())]
    return _shared_transfer(entries) + everywhere


def _shared_transfer(entries: list[UsageEntry]) -> list[UsageEntry]:
    """Transfer is billed at the network, whoever causes it: it is added up there."""
    return [replace(entry, scope="service", name="*") if entry.service == "transfer" else entry for entry in entries]


def _together(entries: Iterable[UsageEntry]) -> tuple[UsageEntry, ...]:
    """One entry for each scope, name and service: quantities are added up, growth is their weighted mean."""
    found: dict[tuple[str, str, str], UsageEntry] = {}
    for entry in entries:
        key = (entry.scope, entry.name, entry.service)
        known = found.get(key)
        if known is None:
            found[key] = entry
            continue
        quantities, growth = dict(known.quantities), dict(known.growth)
        for metric, quantity in entry.quantities.items():
            before = quantities.get(metric)
            quantities[metric] = quantity if before is None else before.plus(quantity)
            growth[metric] = _mean_growth(before, growth.get(metric, Decimal(0)), quantity, entry.growth.get(metric))
        found[key] = replace(known, quantities=quantities, growth=growth)
    return tuple(found[key] for key in sorted(found))


def _mean_growth(before: Quantity | None, old: Decimal, added: Quantity, new: Decimal | None) -> Decimal:
    whole = (before.expected if before else Decimal(0)) + added.expected
    weighted = (before.expected * old if before else Decimal(0)) + added.expected * (new or Decimal(0))
    return weighted / whole if whole else Decimal(0)


def check_teams(budgets: Iterable[Budget], known: Mapping[str, Iterable[str]], plan: Plan | None = None) -> None:
    """Refuse a budget for somebody who does not exist: neither declared nor the owner of any resource of `plan`."""
    existing = {key: set(values) for key, values in known.items()}
    for resource in plan.resources if plan else ():
        for key, value in tags_of(resource).items():
            existing.setdefault(key, set()).add(value)
    problems = [
        Problem(budget.file, budget.line, 0, f"spec.scope.{_field(key)}",
                f'"{value}" does not exist; use one of {", ".join(sorted(existing.get(key, ()))) or "those declared"}')
        for budget in budgets
        for key, value in budget.scope.items()
        if key in (tags.TEAM, tags.PROJECT, tags.COST_CENTER) and value not in existing.get(key, ())
    ]  # fmt: skip
    if problems:
        raise InputError(problems)


def _field(tag: str) -> str:
    return "costCenter" if tag == tags.COST_CENTER else tag


def _entries(scope: str, name: str, usages: Usages) -> list[UsageEntry]:
    quantities: dict[str, dict[str, Quantity]] = defaultdict(dict)
    growth: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for field, volume in usages.quantities().items():
        for service, metric, factor in _METRICS.get(field, ()):
            quantities[service][metric] = Quantity.of(volume.least, volume.expected, volume.most).times(factor)
            growth[service][metric] = volume.growth_per_month
    if usages.average_object_kib is None and usages.object_count and usages.stored_gib:
        size = usages.stored_gib.expected * 1024 * 1024 / max(usages.object_count.expected, _ONE)
        quantities["s3"]["average_object_kb"] = Quantity.of(max(size, _ONE))
    return [
        UsageEntry(scope, name, service, metrics, growth[service]) for service, metrics in sorted(quantities.items())
    ]
