"""Budgets and usage as the catalog declares them, in the form that pricing works with."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from apex import tags
from apex.pricing.budgets import Budget
from apex.pricing.quantity import Quantity
from apex.pricing.usage import UsageBook, UsageEntry
from apex.specs import Catalog
from apex.specs.usage import Usages, Volume

METRICS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "storedGib": (
        ("s3", "storage_gb"),
        ("rds", "storage_gb"),
        ("opensearch-serverless", "storage_gb"),
        ("dynamodb", "storage_gb"),
        ("ecr", "storage_gb"),
        ("efs", "storage_gb"),
        ("msk", "retained_gb"),
    ),
    "averageObjectKib": (("s3", "average_object_kb"),),
    "putRequestsPerMonth": (("s3", "put_requests"),),
    "getRequestsPerMonth": (("s3", "get_requests"),),
    "retrievedGibPerMonth": (("s3", "retrieval_gb"),),
    "ingestedGibPerMonth": (("msk", "data_in_gb"), ("kinesis", "data_in_gb"), ("firehose", "data_in_gb")),
    "readGibPerMonth": (("msk", "data_out_gb"), ("kinesis", "data_out_gb")),
    "logGibPerMonth": (("logs", "ingested_gb"),),
    "transferOutGibPerMonth": (("transfer", "internet_gb"),),
    "crossZoneGibPerMonth": (("transfer", "inter_zone_gb"),),
    "crossRegionGibPerMonth": (("transfer", "inter_region_gb"),),
    "natGibPerMonth": (("nat", "data_gb"),),
    "endpointGibPerMonth": (("endpoint", "data_gb"),),
    "requestsPerMonth": (("lambda", "requests"), ("sns", "requests"), ("sqs", "requests")),
    "runsPerMonth": (("sfn", "executions"),),
    "hoursPerMonth": (("emr-serverless", "hours"), ("glue", "job_hours"), ("job", "hours")),
    "audioMinutesPerMonth": (("transcribe", "minutes"),),
    "videoMinutesPerMonth": (("rekognition", "video_minutes"),),
    "imagesPerMonth": (("rekognition", "images"),),
}
"""What each declared quantity is called by the services that bill it. AWS's GB of storage are GiB."""

CHARACTERS_PER_UNIT = Decimal(100)
"""Amazon Comprehend bills units of 100 characters (https://aws.amazon.com/comprehend/pricing/)."""


def declared_budgets(catalog: Catalog) -> tuple[Budget, ...]:
    """The catalog's budgets, each with its file and line."""
    return tuple(
        Budget(
            name=found.name,
            amount=found.model.spec.amount,
            scope={key: value for key, value in _scope(found.model.spec.scope) if value},
            currency=found.model.spec.currency,
            period=found.model.spec.period,
            thresholds=tuple(found.model.spec.thresholds),
            hard=found.model.spec.enforcement == "hard",
            file=found.shown,
            line=found.line,
        )
        for found in catalog.budgets
    )


def declared_usage(catalog: Catalog) -> UsageBook:
    """The quantities of the catalog's Usage kinds, and of the pipelines and components that state their own."""
    entries: list[UsageEntry] = []
    for usage in catalog.usage:
        for scope, group in (
            ("data-class", usage.model.spec.data_classes),
            ("pipeline", usage.model.spec.pipelines),
            ("component", usage.model.spec.services),
        ):
            for name, usages in sorted(group.items()):
                entries += _entries(scope, name, usages)
    for pipeline in catalog.pipelines:
        entries += _entries("pipeline", pipeline.name, pipeline.model.spec.usage)
    for component in catalog.components:
        entries += _entries("component", component.name, component.model.spec.usage)
    return UsageBook(tuple(entries))


def _scope(scope: object) -> Iterator[tuple[str, str | None]]:
    for key in tags.REQUIRED:
        yield key, getattr(scope, key.replace("-", "_"))


def _entries(scope: str, name: str, usages: Usages) -> Iterator[UsageEntry]:
    quantities: dict[str, dict[str, Quantity]] = {}
    growth: dict[str, dict[str, Decimal]] = {}
    for field, volume in usages.quantities().items():
        metrics = [(service, metric, _quantity(volume)) for service, metric in METRICS.get(field, ())]
        if field == "charactersPerMonth":
            metrics.append(("comprehend", "units", _quantity(volume).map(lambda count: count / CHARACTERS_PER_UNIT)))
        for service, metric, quantity in metrics:
            quantities.setdefault(service, {})[metric] = quantity
            growth.setdefault(service, {})[metric] = volume.growth_per_month
    for service in sorted(quantities):
        yield UsageEntry(scope, name, service, quantities[service], growth[service])


def _quantity(volume: Volume) -> Quantity:
    return Quantity(volume.least, volume.expected, volume.most)
