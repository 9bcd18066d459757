"""S3 buckets, with the lifecycle rules and replication that other resources attach to them."""

from collections.abc import Iterable
from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import Quantity
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.resources.s3 import Bucket, Replication
from apex.pricing.stack import Props, Stack, UnpriceableError

CLASSES = {
    "STANDARD": "Standard",
    "STANDARD_IA": "Standard-IA",
    "ONEZONE_IA": "One Zone-IA",
    "INTELLIGENT_TIERING": "Intelligent-Tiering",
    "GLACIER_IR": "Glacier Instant Retrieval",
    "GLACIER": "Glacier Flexible Retrieval",
    "DEEP_ARCHIVE": "Glacier Deep Archive",
}
_LIFECYCLES = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
HORIZON_DAYS = Decimal(365)
"""Bytes are taken to be spread evenly over a year's age, or over their life where a rule ends it earlier."""


def bucket(resource: Resource, stack: Stack) -> Priced:
    """A bucket: what it stores by class, as its lifecycle rules spread it, and its requests."""
    shares, moves, why = _spread(resource, stack)

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "s3", metric)

    storage = use("storage_gb")
    return Bucket(
        region=stack.region(resource),
        storage_gb=storage,
        put_requests=use("put_requests"),
        get_requests=use("get_requests"),
        shares=shares,
        transitions=moves,
        average_object_kb=use("average_object_kb"),
        retrieval_gb=use("retrieval_gb"),
        assumption=why,
    )


def _spread(resource: Resource, stack: Stack) -> tuple[dict[str, Decimal], tuple[str, ...], str]:
    steps, life = [], HORIZON_DAYS
    rules = list(_rules(resource, stack))
    for rule in rules:
        if rule.text("status", "Enabled") != "Enabled":
            continue
        for move in rule.blocks("transitions"):
            name = CLASSES.get(move.text("storageClass"))
            if name is None:
                raise UnpriceableError(f"storage class {move.text('storageClass')} has no price rule")
            steps.append((move.number("days", 0), name))
        end = rule.block("expiration").get("days")
        if end:
            life = min(life, Decimal(str(end)))
    steps = sorted(set(steps))
    shares: dict[str, Decimal] = {}
    edges = [(Decimal(0), "Standard"), *steps]
    for number, (start, name) in enumerate(edges):
        until = edges[number + 1][0] if number + 1 < len(edges) else life
        part = max(min(until, life) - min(start, life), Decimal(0)) / life if life else Decimal(0)
        if part:
            shares[name] = shares.get(name, Decimal(0)) + part
    if not shares:
        shares = {"Standard": Decimal(1)}
    why = f"bytes spread evenly over {life:f} days of age by its lifecycle rules" if steps else ""
    return shares, tuple(dict.fromkeys(name for start, name in steps if start < life)), why


def _rules(resource: Resource, stack: Stack) -> Iterable[Props]:
    yield from Props.of(resource).blocks("lifecycleRules")
    for found in stack.users(resource, *_LIFECYCLES):
        yield from Props.of(found).blocks("rules")


def replication(resource: Resource, stack: Stack) -> Priced:
    """Replication: transfer to another region is billed to the source; which region that is may not be known yet."""
    source = stack.referenced(resource, "bucket")
    region = stack.region(source or resource)
    owner = source or resource
    copies = stack.quantity(owner, "s3", "replicated_gb")
    puts = stack.quantity(owner, "s3", "put_requests")
    parts: list[Line] = []
    for rule in Props.of(resource).blocks("rules"):
        target = rule.block("destination")
        timed = target.block("replicationTime").text("status", "Disabled") == "Enabled"
        between = _target_region(resource, stack, source) != region
        parts += Replication(region, copies, puts, between, timed).lines()
    return Lines(tuple(parts))


def _target_region(resource: Resource, stack: Stack, source: Resource | None) -> str:
    for urn in resource.property_dependencies.get("rules", ()):
        other = stack.get(urn)
        if other is not None and other.type == "aws:s3/bucket:Bucket" and other is not source:
            return stack.region(other)
    return "another region"


def inventory(resource: Resource, stack: Stack) -> Priced:
    """Objects listed: each object of the bucket, daily or weekly."""
    props, region = Props.of(resource), stack.region(resource)
    owner = stack.referenced(resource, "bucket") or resource
    stored = stack.quantity(owner, "s3", "storage_gb")
    size = stack.quantity(owner, "s3", "average_object_kb")
    runs = Decimal(30) if props.block("schedule").text("frequency", "Weekly") == "Daily" else Decimal("4.35")
    millions = stored.map(lambda gb: gb * 1024 * 1024 / size.expected * runs / 10**6)
    return Lines((Line("objects listed", "AmazonS3", "inventory objects", region, millions),))


def stored_object(resource: Resource, stack: Stack) -> Priced:
    """An object that the program itself uploads: a file of code or configuration, whose bytes are its bucket's."""
    return FREE


def intelligent_tiering(resource: Resource, stack: Stack) -> Priced:
    """A rule for objects already in Intelligent-Tiering: it moves them to colder access tiers and is itself free."""
    return FREE


ADAPTERS = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replication,
    "aws:s3/inventory:Inventory": inventory,
    "aws:s3/bucketObject:BucketObject": stored_object,
    "aws:s3/bucketObjectv2:BucketObjectv2": stored_object,
    "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": intelligent_tiering,
}
