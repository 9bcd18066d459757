"""RDS instances, replicas and snapshots."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.resources.databases import Database
from apex.pricing.stack import Props, Stack, UnpriceableError

ENGINES = {"postgres": "PostgreSQL"}
"""Engines whose instance prices are in the catalogue. Others stay unpriced under their own name."""


def instance(resource: Resource, stack: Stack) -> Priced:
    """An instance; a replica takes engine and storage from its source where it does not name them."""
    props = Props.of(resource)
    source = stack.referenced(resource, "replicateSourceDb", "aws:rds/instance:Instance")
    base = Props.of(source) if source else Props({})
    if props.has("replicateSourceDb") and source is None and not props.has("allocatedStorage"):
        raise UnpriceableError(
            "replicateSourceDb is not in this stack: engine and storage of the replica are not known"
        )
    size = props.number("allocatedStorage", base.number("allocatedStorage", 0))
    if not size:
        raise UnpriceableError("allocatedStorage is not set")
    most = props.number("maxAllocatedStorage", 0)
    storage = Quantity(size, size, most, "storage autoscaling may reach its most") if most > size else Quantity.of(size)
    engine = props.text("engine", base.text("engine", "")) or "postgres"
    iops = props.number("iops", 0)
    return Database(
        region=stack.region(resource),
        engine=ENGINES.get(engine, engine),
        instance_class=props.text("instanceClass"),
        multi_az=props.flag("multiAz"),
        storage_kind=props.text("storageType", "io1" if iops else "gp2"),
        storage_gb=storage,
        iops=iops,
        backup_gb=stack.quantity(resource, "rds", "backup_gb_over_free"),
    )


def snapshot(resource: Resource, stack: Stack) -> Priced:
    """A manual snapshot, as large as its database."""
    source = stack.referenced(resource, "dbInstanceIdentifier", "aws:rds/instance:Instance")
    size = Props.of(source).number("allocatedStorage") if source else Decimal(0)
    if not size:
        raise UnpriceableError("dbInstanceIdentifier is not in this stack: the size of the snapshot is not known")
    return Lines((Line("snapshot", "AmazonRDS", "backup storage", stack.region(resource), Quantity.of(size)),))


ADAPTERS = {"aws:rds/instance:Instance": instance, "aws:rds/snapshot:Snapshot": snapshot}
