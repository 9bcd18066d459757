"""CloudWatch log groups, alarms, dashboards and metrics."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import ONE, Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import Props, Stack

SERVICE = "AmazonCloudWatch"
DAYS_PER_MONTH = Decimal("30.42")


def log_group(resource: Resource, stack: Stack) -> Priced:
    """Text taken in, and what is kept of it, compressed, for as long as it is retained (a year where for ever)."""
    props, region = Props.of(resource), stack.region(resource)
    taken = stack.quantity(resource, "logs", "ingested_gb")
    days = props.number("retentionInDays", 0) or Decimal(365)
    ratio = stack.quantity(resource, "logs", "compression")
    kept = taken.times(ratio).times(days / DAYS_PER_MONTH)
    vended = resource.inputs.get("name")
    # Logs that AWS services send by themselves to /aws/vendedlogs/ or for MSK and VPC flow logs are "vended" logs.
    item = "vended logs" if isinstance(vended, str) and vended.startswith("/aws/vendedlogs/") else "logs"
    return Lines(
        (
            Line("data ingested", SERVICE, item, region, taken),
            Line(f"storage ({days:f} days)", SERVICE, "log storage", region, kept),
        )
    )


def alarm(resource: Resource, stack: Stack) -> Priced:
    """An alarm is billed for each metric it looks at; a period under a minute makes it a high-resolution one."""
    props, region = Props.of(resource), stack.region(resource)
    metrics = [query for query in props.blocks("metricQueries") if query.has("metric")]
    fast = props.number("period", 60) < 60
    item = "high-resolution alarm" if fast else "alarm"
    return Lines((Line("metrics watched", SERVICE, item, region, Quantity.of(len(metrics) or 1)),))


def composite_alarm(resource: Resource, stack: Stack) -> Priced:
    """A composite alarm has one price."""
    return Lines((Line("composite alarm", SERVICE, "composite alarm", stack.region(resource), ONE),))


def dashboard(resource: Resource, stack: Stack) -> Priced:
    """A dashboard; its price is the same everywhere and kept under us-east-1. The first three are free for an account
    and are not taken off here."""
    return Lines((Line("dashboard", SERVICE, "dashboard", "us-east-1", ONE),))


def metric_filter(resource: Resource, stack: Stack) -> Priced:
    """A filter publishes one custom metric."""
    return Lines((Line("custom metric", SERVICE, "metric", stack.region(resource), ONE),))


ADAPTERS = {
    "aws:cloudwatch/logGroup:LogGroup": log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": composite_alarm,
    "aws:cloudwatch/dashboard:Dashboard": dashboard,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": metric_filter,
}
