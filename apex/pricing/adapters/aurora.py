"""Aurora clusters and their instances: provisioned, Serverless v2, I/O-optimized."""

from apex.plan import Resource
from apex.pricing.quantity import Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.databases import AuroraInstance, AuroraStorage
from apex.pricing.stack import Props, Stack, UnpriceableError

CLUSTER = "aws:rds/cluster:Cluster"


def cluster(resource: Resource, stack: Stack) -> Priced:
    """The cluster volume; its instances are resources of their own."""
    props = Props.of(resource)
    engine = props.text("engine", "aurora-postgresql")
    if not engine.startswith("aurora"):
        raise UnpriceableError(f"{engine} Multi-AZ DB clusters have no price in the catalogue")
    if props.text("engineMode", "provisioned") == "serverless":
        raise UnpriceableError("Aurora Serverless v1 is no longer offered")

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "rds", metric)

    return AuroraStorage(
        stack.region(resource),
        use("storage_gb"),
        use("io_requests_millions"),
        use("backup_gb_over_free"),
        _optimized(props),
    )


def instance(resource: Resource, stack: Stack) -> Priced:
    """A member; a Serverless v2 one runs between its cluster's least and greatest capacity."""
    props = Props.of(resource)
    kind = props.text("instanceClass")
    owner = stack.referenced(resource, "clusterIdentifier", CLUSTER)
    if owner is None:
        raise UnpriceableError("clusterIdentifier is not in this stack: storage type and capacity are not known")
    base = Props.of(owner)
    capacity = Quantity.of(0)
    if kind == "db.serverless":
        scaling = base.block("serverlessv2ScalingConfiguration")
        low, high = scaling.number("minCapacity"), scaling.number("maxCapacity")
        share = stack.quantity(owner, "rds", "average_acus_share")
        span = high - low
        why = f"between {low:f} and {high:f} capacity units; {share.assumption}"
        capacity = Quantity(low + span * share.low, low + span * share.expected, low + span * share.peak, why)
    return AuroraInstance(stack.region(resource), kind, _optimized(base), capacity)


def _optimized(props: Props) -> bool:
    return props.text("storageType", "aurora") == "aurora-iopt1"


ADAPTERS = {CLUSTER: cluster, "aws:rds/clusterInstance:ClusterInstance": instance}
