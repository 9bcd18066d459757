"""OpenSearch domains and serverless collections."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.quantity import Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.databases import SearchCollections, SearchDomain
from apex.pricing.stack import Props, Stack

COLLECTION = "aws:opensearch/serverlessCollection:ServerlessCollection"


def domain(resource: Resource, stack: Stack) -> Priced:
    """A domain's nodes and storage."""
    props = Props.of(resource)
    nodes, disk = props.block("clusterConfig"), props.block("ebsOptions")
    has_disk = disk.flag("ebsEnabled")
    masters, warm = nodes.flag("dedicatedMasterEnabled"), nodes.flag("warmEnabled")
    return SearchDomain(
        region=stack.region(resource),
        data_type=nodes.text("instanceType", "m4.large.search"),
        data_count=Quantity.of(nodes.number("instanceCount", 1)),
        volume_kind=disk.text("volumeType", "gp2") if has_disk else "",
        volume_gb=disk.number("volumeSize") if has_disk else Decimal(0),
        iops=disk.number("iops", 0),
        throughput=disk.number("throughput", 0),
        master_type=nodes.text("dedicatedMasterType") if masters else "",
        master_count=nodes.number("dedicatedMasterCount", 3) if masters else Decimal(0),
        warm_type=nodes.text("warmType") if warm else "",
        warm_count=nodes.number("warmCount") if warm else Decimal(0),
    )


def collection(resource: Resource, stack: Stack) -> Priced:
    """A collection. Its capacity units are shared by all collections of an account under one key: the first of a stack
    carries the least that AWS bills, the others only their storage.

    With standby replicas that least is two units for indexing and two for search, at half a unit each without
    (https://aws.amazon.com/opensearch-service/pricing/): 2 units in all, or 1 for a development collection.
    """
    region = stack.region(resource)
    storage = stack.quantity(resource, "opensearch-serverless", "storage_gb")
    if resource is not _first(stack, region):
        return SearchCollections(region, Quantity.of(0), storage)
    redundant = Props.of(resource).text("standbyReplicas", "ENABLED") == "ENABLED"
    least = Decimal(2 if redundant else 1)
    extra = stack.quantity(resource, "opensearch-serverless", "extra_ocus")
    units = Quantity(least + extra.low, least + extra.expected, least + extra.peak, extra.assumption)
    why = "capacity is shared by the account's collections and counted once, at this one"
    return SearchCollections(region, units, storage, why)


def _first(stack: Stack, region: str) -> Resource:
    key = f"collections:{region}"
    if key not in stack.notes:
        found = [r for r in stack.planned() if r.type == COLLECTION and stack.region(r) == region]
        # One with standby replicas asks for more: it must carry the sum, whichever comes first by name.
        ranked = sorted(found, key=lambda r: (r.inputs.get("standbyReplicas", "ENABLED") != "ENABLED", r.urn))
        stack.notes[key] = ranked[0]
    first: Resource = stack.notes[key]
    return first


ADAPTERS = {"aws:opensearch/domain:Domain": domain, COLLECTION: collection}
