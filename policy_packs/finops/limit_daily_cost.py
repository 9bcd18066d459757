"""A declared daily limit holds even at the peak: a component's cost threshold, a pipeline's alert on spend."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from priced_stack import SETTINGS, bill_of, catalog_of, place_of

from apex.policy.rule import Rule, Scope, Severity, Violation
from apex.policy.stack import Context
from apex.pricing.estimate import PricedResource
from apex.pricing.quantity import HOURS_PER_MONTH, cents

HOURS_PER_DAY = Decimal(24)


def validate_stack(context: Context) -> Iterator[Violation]:
    """Catalog entries whose resources cost more in a day at their peak than the entry allows."""
    limits = _limits(context)
    if not limits:
        return
    found: dict[str, list[PricedResource]] = {}
    for resource in bill_of(context).resources:
        for name in {resource.catalog_entry, resource.component}:
            entry = _entry_of(name, limits, context.environment)
            if entry and resource not in found.setdefault(entry, []):
                found[entry].append(resource)
    for entry in sorted(found):
        limit, place = limits[entry]
        priced = found[entry]
        hidden = [resource for resource in priced if resource.unpriced]
        peak = sum((resource.monthly.peak for resource in priced), Decimal(0)) * HOURS_PER_DAY / HOURS_PER_MONTH
        subject = context.by_urn.get(max(priced, key=lambda resource: (resource.monthly.peak, resource.urn)).urn)
        if cents(peak) > cents(limit):
            yield Violation(
                f"{entry} costs {cents(peak):,.2f} USD a day at its peak and may cost {cents(limit):,.2f} ({place})",
                subject=subject,
            )
        elif hidden:
            yield Violation(
                f"{entry} may cost {cents(limit):,.2f} USD a day ({place}), and what it costs cannot be seen: "
                f"{hidden[0].name}: {hidden[0].unpriced}",
                subject=context.by_urn.get(hidden[0].urn),
            )


def _limits(context: Context) -> dict[str, tuple[Decimal, str]]:
    """Daily limits in USD by catalog entry, and where each is written."""
    declared = catalog_of(context)
    limits: dict[str, tuple[Decimal, str]] = {}
    if declared is None:
        return limits
    for component in declared.components:
        limit = component.model.spec.governance.cost_optimization.autoscaling.cost_threshold_usd_per_day
        if limit is not None:
            limits[component.name] = (limit, place_of(component.shown, component.line, context))
    for pipeline in declared.pipelines:
        for alert in pipeline.model.spec.monitoring.alerts:
            if alert.type == "cost":
                limits[pipeline.name] = (
                    Decimal(str(alert.threshold)),
                    place_of(pipeline.shown, pipeline.line, context),
                )
    return limits


def _entry_of(name: str, limits: Mapping[str, object], environment: str) -> str | None:
    """The entry that a component is called after; the program puts the environment before it."""
    bare = name.removeprefix(f"{environment}-") if environment else name
    return next((known for known in (name, bare) if known in limits), None)


rule = Rule(
    id="limit_daily_cost",
    title="A component and a pipeline stay within their daily limit at their peak",
    pack="finops",
    severity=Severity.HIGH,
    scope=Scope.STACK,
    types=("aws:*", "kubernetes:*"),
    validate_stack=validate_stack,
    why="Autoscaling can reach the peak on any day, and then the limit was only a wish.",
    fix="Lower the most replicas or their size, or raise the limit in the entry's own file.",
    code="autoscaling: {minReplicas: 1, maxReplicas: 2, costThresholdUSDPerDay: 30}",
    controls={"nist-800-53": ("SA-2",), "soc2": ("CC5.2",)},
    settings=SETTINGS,
)
