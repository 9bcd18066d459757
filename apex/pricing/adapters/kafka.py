"""MSK clusters, serverless clusters and connectors."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import MONTH, ZERO, Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.resources.streams import Connector, KafkaBrokers, KafkaServerless
from apex.pricing.stack import Props, Stack


def cluster(resource: Resource, stack: Stack) -> Priced:
    """A provisioned cluster, standard or express."""
    props, region = Props.of(resource), stack.region(resource)
    nodes = props.block("brokerNodeGroupInfo")
    kind = nodes.text("instanceType")
    brokers = props.number("numberOfBrokerNodes")

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "msk", metric)

    if kind.startswith("express."):
        return KafkaBrokers(region, kind, brokers, use("retained_gb"), data_in_gb=use("data_in_gb"))
    volume = nodes.block("storageInfo").block("ebsStorageInfo")
    tiered = props.text("storageMode", "LOCAL") == "TIERED"
    throughput = volume.block("provisionedThroughput")
    return KafkaBrokers(
        region,
        kind,
        brokers,
        _grown(resource, stack, volume.number("volumeSize", 1000)),
        throughput=throughput.number("volumeThroughput", 0) if throughput.flag("enabled") else Decimal(0),
        tiered_gb=use("tiered_gb") if tiered else ZERO,
        tiered_read_gb=use("tiered_read_gb") if tiered else ZERO,
        data_in_gb=use("data_in_gb"),
        private=nodes.block("connectivityInfo")
        .block("vpcConnectivity")
        .block("clientAuthentication")
        .block("sasl")
        .flag("iam"),
    )


def _grown(resource: Resource, stack: Stack, size: Decimal) -> Quantity:
    """Storage of a broker: the declared size is the floor, the autoscaling target's most is the peak."""
    for target in stack.users(resource, "aws:appautoscaling/target:Target"):
        most = Props.of(target).number("maxCapacity")
        return Quantity(size, size, max(size, most), f"storage autoscaling may grow a broker to {most:f} GB")
    return Quantity.of(size)


def serverless(resource: Resource, stack: Stack) -> Priced:
    """A serverless cluster."""
    metrics = ("partitions", "data_in_gb", "data_out_gb", "retained_gb")
    return KafkaServerless(stack.region(resource), *(stack.quantity(resource, "msk", metric) for metric in metrics))


def connector(resource: Resource, stack: Stack) -> Priced:
    """An MSK Connect connector: workers by units, between its autoscaling bounds."""
    capacity = Props.of(resource).block("capacity")
    if capacity.has("provisionedCapacity"):
        fixed = capacity.block("provisionedCapacity")
        units = Quantity.of(fixed.number("workerCount") * fixed.number("mcuCount", 1))
    else:
        scaled = capacity.block("autoscaling")
        per_worker = scaled.number("mcuCount", 1)
        low, high = scaled.number("minWorkerCount") * per_worker, scaled.number("maxWorkerCount") * per_worker
        units = Quantity(low, low, high, "expected at the least number of workers")
    return Connector(stack.region(resource), units)


def vpc_connection(resource: Resource, stack: Stack) -> Priced:
    """Private connectivity from another VPC."""
    return Lines((Line("private connectivity", "AmazonMSK", "private connectivity", stack.region(resource), MONTH),))


ADAPTERS = {
    "aws:msk/cluster:Cluster": cluster,
    "aws:msk/serverlessCluster:ServerlessCluster": serverless,
    "aws:mskconnect/connector:Connector": connector,
    "aws:msk/vpcConnection:VpcConnection": vpc_connection,
}
