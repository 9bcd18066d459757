"""ElastiCache clusters and replication groups, DynamoDB tables."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.quantity import Quantity
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.databases import Cache, Table
from apex.pricing.stack import Props, Stack, UnpriceableError

ENGINES = {"redis": "Redis", "valkey": "Valkey", "memcached": "Redis"}
"""Memcached nodes cost what Redis nodes cost (https://aws.amazon.com/elasticache/pricing/)."""


def cluster(resource: Resource, stack: Stack) -> Priced:
    """A cluster of nodes; one that belongs to a replication group is billed there."""
    props = Props.of(resource)
    if props.has("replicationGroupId"):
        return FREE
    engine = _engine(props.text("engine", "redis"))
    return Cache(stack.region(resource), props.text("nodeType"), engine, Quantity.of(props.number("numCacheNodes", 1)))


def replication_group(resource: Resource, stack: Stack) -> Priced:
    """Shards by (a primary and its replicas)."""
    props = Props.of(resource)
    if props.has("numNodeGroups") or props.has("replicasPerNodeGroup"):
        count = props.number("numNodeGroups", 1) * (1 + props.number("replicasPerNodeGroup", 0))
    else:
        count = props.number("numCacheClusters", 1)
    backups = stack.quantity(resource, "elasticache", "backup_gb")
    keeps = props.number("snapshotRetentionLimit", 0) > 0
    engine = _engine(props.text("engine", "redis"))
    kind = props.text("nodeType")
    return Cache(stack.region(resource), kind, engine, Quantity.of(count), backups if keeps else Quantity.of(0))


def _engine(name: str) -> str:
    if name not in ENGINES:
        raise UnpriceableError(f"engine {name} has no price rule")
    return ENGINES[name]


def table(resource: Resource, stack: Stack) -> Priced:
    """A table with its replicas; provisioned capacity follows its autoscaling targets."""
    props = Props.of(resource)

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "dynamodb", metric)

    on_demand = props.text("billingMode", "PROVISIONED") == "PAY_PER_REQUEST"
    reads, writes = use("read_millions"), use("write_millions")
    if not on_demand:
        indexes = props.blocks("globalSecondaryIndexes")
        reads = _capacity(resource, stack, "ReadCapacityUnits", props.number("readCapacity", 1))
        writes = _capacity(resource, stack, "WriteCapacityUnits", props.number("writeCapacity", 1))
        for index in indexes:
            reads = reads.plus(Quantity.of(index.number("readCapacity", 1)))
            writes = writes.plus(Quantity.of(index.number("writeCapacity", 1)))
    recovery = props.block("pointInTimeRecovery").flag("enabled")
    copies = len(props.blocks("replicas"))
    return Table(stack.region(resource), use("storage_gb"), on_demand, reads, writes, recovery, copies)


def _capacity(resource: Resource, stack: Stack, dimension: str, units: Decimal) -> Quantity:
    for target in stack.users(resource, "aws:appautoscaling/target:Target"):
        props = Props.of(target)
        if props.text("scalableDimension", "").endswith(dimension):
            low, high = props.number("minCapacity"), props.number("maxCapacity")
            return Quantity(low, max(units, low), max(units, high), "between its autoscaling bounds")
    return Quantity.of(units)


ADAPTERS = {
    "aws:elasticache/cluster:Cluster": cluster,
    "aws:elasticache/replicationGroup:ReplicationGroup": replication_group,
    "aws:dynamodb/table:Table": table,
}
