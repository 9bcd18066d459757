"""`MultimodalAIComponent`: a model that serves, with its governance and its release."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from apex import tags
from apex.specs.base import Model, Spec
from apex.specs.checks import Check, FailedChecksError
from apex.specs.pipeline import ResourceRequirements
from apex.specs.usage import Usages
from apex.specs.values import (
    DURATION_PATTERN,
    RATIO_PATTERN,
    Amount,
    Duration,
    HttpsUrl,
    Name,
    Ratio,
    Text,
    Truth,
    Version,
    Whole,
    matching,
    number_or_text,
    read_ratio,
    shown,
    text_schema,
    written,
)

GROUP = "apexlogic.io"
_LEVEL_PATTERN = r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$"
MEASURE_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
_THRESHOLD_PATTERN = f"{RATIO_PATTERN}|{DURATION_PATTERN}"


def _modality(given: object) -> object:
    if not isinstance(given, str):
        raise ValueError(f"{shown(given)} is not a data modality; use {', '.join(tags.MODALITIES)}")
    try:
        return tags.parse_modalities([given])[0]
    except ValueError as error:
        raise ValueError(str(error)) from None


Modality = Annotated[Literal["audio", "image", "sensor", "text", "video", "voice"], BeforeValidator(_modality)]


class ModelRef(Model):
    """The model that is served."""

    name: Name
    """The model's name in its registry."""
    version: Version
    """The version: three numbers, as "1.4.2"."""
    digest: Annotated[str | None, Field(pattern=r"^sha256:[0-9a-f]{64}$")] = None
    """The digest of the image of this version: "sha256:" and 64 hexadecimal digits. Production runs no other images."""
    repository: Text
    """The registry that holds it, by its name in the platform's list."""
    endpoint: HttpsUrl
    """Where it answers."""
    modality: Annotated[tuple[Modality, ...], Field(min_length=1)]
    """What it takes and gives: text, voice (the same as audio), image, video, sensor."""


class WebComponent(Model):
    """The web component that shows the model to people."""

    framework: Text
    """What it is written in: react, vue, …"""
    source_repo: HttpsUrl
    """The Git repository it is built from."""


class DataPrivacy(Model):
    """What is promised about personal data."""

    level: Annotated[
        str,
        matching(_LEVEL_PATTERN, "is not a level of privacy; use letters, digits and '_', as GDPR_compliant"),
        WithJsonSchema(text_schema(_LEVEL_PATTERN, "a regime", "GDPR_compliant")),
    ]
    """The regime it complies with: GDPR_compliant, HIPAA_compliant, none, …"""
    anonymization_required: Truth = False
    """Whether personal data must be taken out before the model sees it."""


class BiasDetection(Model):
    """How unfair the model may be."""

    thresholds: Annotated[dict[Annotated[str, Field(pattern=MEASURE_PATTERN)], Ratio], Field(min_length=1)]
    """The most that each fairness measure may be: demographic_parity_difference, equal_opportunity_difference, …"""
    monitoring_endpoint: HttpsUrl
    """Where the measures are reported."""


class Autoscaling(Model):
    """Between how many replicas it scales, and what a day may cost."""

    min_replicas: Annotated[Whole, Field(ge=1, le=1000)] = 1
    """The fewest replicas; at least one, as nothing would start the first when somebody asks."""
    max_replicas: Annotated[Whole, Field(ge=1, le=1000)]
    """The most replicas."""
    target_cpu_utilization_percentage: Annotated[Whole, Field(ge=1, le=100, alias="targetCPUUtilizationPercentage")] = (
        70
    )
    """The CPU use that replicas are added above; for a model on GPUs, the use of those."""
    cost_threshold_usd_per_day: Annotated[Amount | None, Field(alias="costThresholdUSDPerDay")] = None
    """The most that a day may cost at the most replicas, in USD."""

    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "(has(self.minReplicas) ? int(self.minReplicas) : 1) <= int(self.maxReplicas)",
            "is above maxReplicas; make it at most that",
            lambda it: it.min_replicas <= it.max_replicas,
            "minReplicas",
        ),
    )


class CostOptimization(Model):
    """What it may use."""

    resource_limits: ResourceRequirements = ResourceRequirements()
    """CPU, memory and GPUs of a replica."""
    autoscaling: Autoscaling
    """Replicas."""


class AuditTrail(Model):
    """What is kept of its decisions."""

    enabled: Truth = True
    """Whether requests and answers are logged."""
    log_retention_days: Annotated[Whole, Field(ge=1, le=3653)] = 365
    """How long the log is kept."""


class Governance(Model):
    """What the organisation asks of the model."""

    data_privacy: DataPrivacy
    """Personal data."""
    bias_detection: BiasDetection
    """Fairness."""
    cost_optimization: CostOptimization
    """Cost."""
    audit_trail: AuditTrail = AuditTrail()
    """Records."""


def _metric_threshold(given: object) -> Decimal | Duration:
    """A ratio or a duration. Raises ValueError saying what is right."""
    text = written(given)
    if text is not None and any(text.endswith(unit) for unit in ("s", "m", "h")):
        return Duration.of(given)
    try:
        return read_ratio(given)
    except ValueError:
        raise ValueError(
            f"{shown(given)} is neither a ratio nor a duration; write a number from 0 to 1 as 0.99, or 200ms"
        ) from None


Threshold = Annotated[
    Decimal | Duration,
    PlainValidator(_metric_threshold),
    WithJsonSchema(number_or_text(_THRESHOLD_PATTERN, "a ratio or a duration", "0.99", 0, 1)),
]


class RolloutMetric(Model):
    """One measure that a new version has to pass."""

    name: Annotated[str, Field(pattern=r"^[a-z]([a-z0-9_-]{0,61}[a-z0-9])?$")]
    """The measure: success-rate, latency-p99, …"""
    threshold: Threshold
    """A ratio (the least, or for error and bias rates the most) or a duration (the longest)."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """A latency is a time and a rate is a ratio: the other way round every version would pass, or none."""
        is_time = isinstance(self.threshold, Duration)
        if self.measure.startswith("latency") and not is_time:
            raise FailedChecksError(
                [("threshold", f"{self.threshold} is a ratio, and {self.name} is a time; write such as 200ms")]
            )
        if self.measure.endswith("_rate") and is_time:
            raise FailedChecksError(
                [("threshold", f"{self.threshold} is a time, and {self.name} is a ratio; write such as 0.99")]
            )
        return self

    @property
    def measure(self) -> str:
        """The measure as Prometheus names it."""
        return self.name.replace("-", "_")


class Release(Model):
    """How a new version takes over."""

    strategy: Literal["canary", "blueGreen", "rolling"]
    """canary shifts traffic in steps, blueGreen at once, rolling replaces replicas."""
    rollout_metrics: tuple[RolloutMetric, ...] = ()
    """What the new version has to pass on the way; one analysis each."""
    rollback_on_failure: Truth = True
    """Whether the old version comes back by itself when a measure fails; otherwise the release waits for a person."""

    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "self.strategy == 'rolling' || (has(self.rolloutMetrics) && size(self.rolloutMetrics) > 0)",
            "is empty; a canary or blueGreen needs at least one measure to be judged by",
            lambda it: it.strategy == "rolling" or bool(it.rollout_metrics),
            "rolloutMetrics",
        ),
        Check(
            "self.strategy != 'rolling' || !has(self.rolloutMetrics) || size(self.rolloutMetrics) == 0",
            "would not be measured: rolling replaces replicas as they become ready; choose canary or blueGreen, "
            "or leave it out",
            lambda it: it.strategy != "rolling" or not it.rollout_metrics,
            "rolloutMetrics",
        ),
    )


class ComponentSpec(Model):
    """A model, its governance and its release."""

    model: ModelRef
    """The model."""
    web_component: WebComponent | None = None
    """The web component in front of it."""
    governance: Governance
    """What is asked of it."""
    release: Release
    """How a new version takes over."""
    usage: Usages = Usages()
    """Quantities that a plan cannot know, for the bill."""


class MultimodalAIComponent(Spec):
    """A model that serves, with its governance and its release."""

    kind_name: ClassVar[str] = "MultimodalAIComponent"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "multimodalaicomponents"
    summary: ClassVar[str] = "a model that serves, with its governance and its release"
    namespaced: ClassVar[bool] = True
    admission: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            f"object.spec.governance.biasDetection.thresholds.all(key, key.matches('{MEASURE_PATTERN}'))",
            f"spec.governance.biasDetection.thresholds has a key that does not match {MEASURE_PATTERN}",
        ),
    )

    spec: ComponentSpec
