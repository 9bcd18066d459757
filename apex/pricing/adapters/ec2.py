"""EC2 instances, volumes, snapshots; what other adapters need to know of machines and their volumes."""

from collections.abc import Iterable
from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import HOURS_PER_MONTH, MONTH, ONE, Quantity
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.resources.ec2 import Machines, Pool, Snapshot, Volume
from apex.pricing.stack import Props, Stack, UnpriceableError

DEFAULT_ROOT = Decimal(8)
"""The root volume, in GB, of Amazon's own Linux images; a plan does not say how large another image's is."""
EKS_ROOT = Decimal(20)
"""The root volume, in GB, that a managed node group gives its nodes unless diskSize says otherwise."""


def machines(
    stack: Stack,
    region: str,
    kinds: list[str],
    hours: Quantity,
    *,
    spot: Decimal = Decimal(0),
    label: str = "instances",
) -> list[Machines]:
    """Machines of one type, or of several: cheapest for low, first for expected, dearest for peak."""
    buy = stack.purchase

    def of(kind: str, part: Quantity) -> Machines:
        return Machines(
            region, kind, part, spot, buy.spot_discount, buy.committed_coverage, buy.committed_discount, label
        )

    kinds = list(dict.fromkeys(kinds))
    if len(kinds) == 1:
        return [of(kinds[0], hours)]
    if not kinds:
        raise UnpriceableError("no instance type is named")
    ranked = sorted(kinds, key=lambda kind: stack.catalogue.price("AmazonEC2", kind, region).amount)
    why = f"one of {len(kinds)} types: cheapest for low, first for expected, dearest for peak"
    zero = Decimal(0)
    cases = {kind: [zero, zero, zero] for kind in kinds}
    cases[ranked[0]][0], cases[kinds[0]][1], cases[ranked[-1]][2] = hours.cases
    return [of(kind, Quantity(a, b, c, why)) for kind, (a, b, c) in cases.items() if a or b or c]


def volume(block: Props, region: str, count: Quantity, stack: Stack, resource: Resource, label: str,
           size: Decimal | None = None) -> Volume:  # fmt: skip
    """The volume that a block device block asks for."""
    kind = block.text("volumeType", block.text("type", "gp2"))
    return Volume(
        region=region,
        kind=kind,
        size_gb=block.number("volumeSize", block.number("size", size if size is not None else DEFAULT_ROOT)),
        iops=block.number("iops", 0),
        throughput=block.number("throughput", 0),
        count=count,
        requests_millions=stack.quantity(resource, "ebs", "io_requests_millions"),
        label=label,
    )


def template_volumes(
    template: Props, region: str, count: Quantity, stack: Stack, resource: Resource
) -> Iterable[Volume]:
    """The volumes of a launch template; a root volume of the image's size where it names none."""
    blocks = [device.block("ebs") for device in template.blocks("blockDeviceMappings") if device.has("ebs")]
    for number, block in enumerate(blocks):
        yield volume(block, region, count, stack, resource, "root volume" if number == 0 else f"volume {number + 1}")
    if not blocks:
        why = f"the image's root volume is taken to be {DEFAULT_ROOT} GB of gp3"
        yield Volume(region, "gp3", DEFAULT_ROOT, count=count.assume(why), label="root volume")


def instance(resource: Resource, stack: Stack) -> Priced:
    """An EC2 instance with its volumes and public address."""
    props, region = Props.of(resource), stack.region(resource)
    template = launch_template(resource, stack, "launchTemplate")
    kind = props.text("instanceType", template.text("instanceType") if template else None)
    spot = props.block("instanceMarketOptions").text("marketType", "") == "spot"
    hours = MONTH
    parts: list[Machines | Volume] = [
        *machines(stack, region, [kind], hours, spot=Decimal(int(spot)), label="instance")
    ]
    roots = props.blocks("rootBlockDevice")
    if roots:
        parts.append(volume(roots[0], region, ONE, stack, resource, "root volume"))
    else:
        why = f"the image's root volume is taken to be {DEFAULT_ROOT} GB of gp2"
        parts.append(Volume(region, "gp2", DEFAULT_ROOT, count=ONE.assume(why), label="root volume"))
    parts.extend(
        volume(block, region, ONE, stack, resource, f"volume {number}")
        for number, block in enumerate(props.blocks("ebsBlockDevices"), 1)
    )
    extra = [*Pool(tuple(parts)).lines()]
    if props.flag("associatePublicIpAddress"):
        extra.append(Line("public IPv4 address", "AmazonVPC", "public IPv4", region, MONTH))
    return Lines(tuple(extra))


def launch_template(resource: Resource, stack: Stack, name: str) -> Props | None:
    """The properties of the launch template that `resource` refers to by property `name`, if it is in the plan."""
    found = stack.referenced(resource, name, "aws:ec2/launchTemplate:LaunchTemplate")
    return Props.of(found) if found else None


def spot_request(resource: Resource, stack: Stack) -> Priced:
    """A request for a spot instance."""
    props, region = Props.of(resource), stack.region(resource)
    parts: list[Machines | Volume] = [
        *machines(stack, region, [props.text("instanceType")], MONTH, spot=Decimal(1), label="instance")
    ]
    parts.extend(volume(b, region, ONE, stack, resource, "root volume") for b in props.blocks("rootBlockDevice"))
    return Pool(tuple(parts))


def ebs_volume(resource: Resource, stack: Stack) -> Priced:
    """A volume by itself."""
    props = Props.of(resource)
    if not props.has("size"):
        raise UnpriceableError("size is not set: the volume is as large as its snapshot")
    return volume(props, stack.region(resource), ONE, stack, resource, "volume")


def ebs_snapshot(resource: Resource, stack: Stack) -> Priced:
    """A snapshot: the blocks that changed."""
    return Snapshot(stack.region(resource), stack.quantity(resource, "ebs", "snapshot_gb"))


def elastic_ip(resource: Resource, stack: Stack) -> Priced:
    """A public address, billed whether in use or idle."""
    return Lines((Line("public IPv4 address", "AmazonVPC", "public IPv4", stack.region(resource), MONTH),))


def capacity_reservation(resource: Resource, stack: Stack) -> Priced:
    """Reserved capacity is billed like running instances."""
    props, region = Props.of(resource), stack.region(resource)
    count = Quantity.of(props.number("instanceCount"))
    hours = count.times(HOURS_PER_MONTH)
    return Pool(tuple(machines(stack, region, [props.text("instanceType")], hours, label="reserved capacity")))


def launch_template_alone(resource: Resource, stack: Stack) -> Priced:
    """A template costs nothing; the groups that use it are billed."""
    return FREE


ADAPTERS = {
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": spot_request,
    "aws:ebs/volume:Volume": ebs_volume,
    "aws:ebs/snapshot:Snapshot": ebs_snapshot,
    "aws:ebs/snapshotCopy:SnapshotCopy": ebs_snapshot,
    "aws:ec2/eip:Eip": elastic_ip,
    "aws:ec2/capacityReservation:CapacityReservation": capacity_reservation,
    "aws:ec2/launchTemplate:LaunchTemplate": launch_template_alone,
    "aws:ec2/launchConfiguration:LaunchConfiguration": launch_template_alone,
}
