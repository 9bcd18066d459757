"""Autoscaling groups, from their launch template, mixed instances and schedules."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.adapters.ec2 import launch_template, machines, template_volumes
from apex.pricing.quantity import HOURS_PER_MONTH, Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.ec2 import Machines, Pool, Volume
from apex.pricing.schedule import Change, share_of_time_up
from apex.pricing.stack import Props, Stack, UnpriceableError


def sizes(minimum: Decimal, desired: Decimal | None, maximum: Decimal, share: Quantity, what: str) -> Quantity:
    """Machines of a group: its least for low, its desired number for expected, its most for peak.

    A group that starts at its least and may grow is left to an autoscaler: `share` of the range is then expected.
    """
    start = minimum if desired is None else desired
    low, high = min(minimum, start), max(maximum, start)
    if low == high:
        return Quantity.of(low)
    if start == low:
        middle = low + (high - low) * share.expected
        return Quantity(low, middle, high, f"{what} scaled between {low:f} and {high:f}; {share.assumption}")
    return Quantity(low, start, high, f"{what} between {low:f} and {high:f}, expected at {start:f}")


def scheduled(resource: Resource, stack: Stack, count: Quantity) -> Quantity:
    """`count` with what the schedules of `resource` change: low and expected follow them, the peak does not.

    Low follows the desired or least size; expected shrinks with what the schedules allow over the week.
    """
    least, most = _changes(resource, stack)
    if not least:
        return count
    middle = count.expected * _up_share(most)
    low = min(count.low, _average(least))
    why = "; ".join(text for text in (count.assumption, "its schedules decide how many run at which hour") if text)
    return Quantity(min(low, middle), middle, count.peak, why)


def up_share(resource: Resource, stack: Stack) -> Decimal:
    """The part of the week in which the schedules of `resource` let it run; 1 without schedules."""
    _, most = _changes(resource, stack)
    return _up_share(most) if most else Decimal(1)


def _up_share(most: list[Change]) -> Decimal:
    highest = max(change.size for change in most)
    return _average(most) / highest if highest else Decimal(0)


def _average(changes: list[Change]) -> Decimal:
    found = share_of_time_up(changes)
    if found is None:
        raise UnpriceableError("a schedule's recurrence is not five cron fields")
    return found


def _changes(resource: Resource, stack: Stack) -> tuple[list[Change], list[Change]]:
    """What the schedules set: the sizes to keep, and the most that is allowed."""
    least, most = [], []
    for user in stack.users(resource, "aws:autoscaling/schedule:Schedule"):
        props = Props.of(user)
        if not props.has("recurrence"):
            continue
        desired, minimum, maximum = (_size(props, key) for key in ("desiredCapacity", "minSize", "maxSize"))
        size = desired if desired is not None else minimum
        if size is None:
            continue
        when, zone = props.text("recurrence"), props.text("timeZone", "UTC")
        least.append(Change(when, size, zone))
        most.append(Change(when, size if maximum is None else maximum, zone))
    return least, most


def _size(props: Props, name: str) -> Decimal | None:
    value = props.get(name)
    # -1 leaves a size as it is.
    return None if value is None or value == -1 else Decimal(str(value))


def group(resource: Resource, stack: Stack) -> Priced:
    """An autoscaling group: machines by hours, spot and on-demand, and a set of volumes for each."""
    props, region = Props.of(resource), stack.region(resource)
    minimum, maximum = props.number("minSize"), props.number("maxSize")
    desired = props.number("desiredCapacity") if props.has("desiredCapacity") else None
    share = stack.quantity(resource, "nodes", "range_share")
    count = scheduled(resource, stack, sizes(minimum, desired, maximum, share, "machines"))
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
