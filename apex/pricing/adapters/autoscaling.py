"""Autoscaling groups, from their launch template, mixed instances and schedules."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.adapters.ec2 import launch_template, machines, template_volumes
from apex.pricing.quantity import HOURS_PER_MONTH, Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.ec2 import Machines, Pool, Volume
from apex.pricing.schedule import Change, share_of_time_up
from apex.pricing.stack import Props, Stack, UnpriceableError


def sizes(minimum: Decimal, desired: Decimal, maximum: Decimal, what: str) -> Quantity:
    """Machines of a group: its least for low, its desired number for expected, its most for peak."""
    low, high = min(minimum, desired), max(maximum, desired)
    why = "" if low == desired == high else f"{what} between {low:f} and {high:f}, expected at {desired:f}"
    return Quantity(low, desired, high, why)


def scheduled(resource: Resource, stack: Stack, count: Quantity) -> Quantity:
    """`count` with what the schedules of `resource` change: low and expected follow them, the peak does not."""
    changes = []
    for user in stack.users(resource, "aws:autoscaling/schedule:Schedule"):
        props = Props.of(user)
        if not props.has("recurrence"):
            continue
        desired = props.get("desiredCapacity")
        least = props.get("minSize")
        target = desired if desired is not None else least
        if target is not None and target != -1:
            changes.append(Change(props.text("recurrence"), Decimal(str(target)), props.text("timeZone", "UTC")))
    if not changes:
        return count
    average = share_of_time_up(changes)
    if average is None:
        raise UnpriceableError("a schedule's recurrence is not five cron fields")
    why = "its schedules decide how many machines run at which hour"
    return Quantity(min(count.low, average), min(average, count.peak), count.peak, why)


def group(resource: Resource, stack: Stack) -> Priced:
    """An autoscaling group: machines by hours, spot and on-demand, and a set of volumes for each."""
    props, region = Props.of(resource), stack.region(resource)
    minimum, maximum = props.number("minSize"), props.number("maxSize")
    count = scheduled(resource, stack, sizes(minimum, props.number("desiredCapacity", minimum), maximum, "machines"))
    hours = count.times(HOURS_PER_MONTH)
    mixed = props.block("mixedInstancesPolicy")
    template = launch_template(resource, stack, "mixedInstancesPolicy" if mixed else "launchTemplate")
    if mixed:
        choice = mixed.block("launchTemplate")
        kinds = [text for o in choice.blocks("overrides") if (text := o.text("instanceType", ""))]
        shares = mixed.block("instancesDistribution")
        spot = 1 - shares.number("onDemandPercentageAboveBaseCapacity", 100) / 100
        base = shares.number("onDemandBaseCapacity", 0)
    else:
        kinds, base = [], Decimal(0)
        spot = Decimal(int(bool(template) and _is_spot(template)))
    if not kinds:
        if template is None:
            raise UnpriceableError("launch template is not in this stack: its instance type is not known")
        kinds = [template.text("instanceType")]
    parts: list[Machines | Volume] = []
    if spot and base:
        fixed = count.map(lambda n: min(n, base))
        above = Quantity(
            count.low - fixed.low, count.expected - fixed.expected, count.peak - fixed.peak, count.assumption
        )
        parts += machines(stack, region, kinds, fixed.times(HOURS_PER_MONTH))
        parts += machines(stack, region, kinds, above.times(HOURS_PER_MONTH), spot=spot)
    else:
        parts += machines(stack, region, kinds, hours, spot=spot)
    parts += template_volumes(template or Props({}), region, count, stack, resource)
    return Pool(tuple(parts))


def _is_spot(template: Props | None) -> bool:
    return template is not None and template.block("instanceMarketOptions").text("marketType", "") == "spot"


ADAPTERS = {"aws:autoscaling/group:Group": group}
