"""ECR repositories, EFS file systems, and the volumes that Kubernetes claims."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import ONE, Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.resources.ec2 import Volume
from apex.pricing.stack import Props, Stack
from apex.pricing.units import read_bytes


def repository(resource: Resource, stack: Stack) -> Priced:
    """Images stored (https://aws.amazon.com/ecr/pricing/)."""
    stored = stack.quantity(resource, "ecr", "storage_gb")
    return Lines((Line("image storage", "AmazonECR", "storage", stack.region(resource), stored),))


def file_system(resource: Resource, stack: Stack) -> Priced:
    """Storage by class, provisioned throughput or elastic reads (https://aws.amazon.com/efs/pricing/)."""
    props, region = Props.of(resource), stack.region(resource)
    zone = "one zone" if props.has("availabilityZoneName") else "standard"
    stored = stack.quantity(resource, "efs", "storage_gb")
    lines = [Line("storage", "AmazonEFS", f"{zone} storage", region, stored)]
    if props.blocks("lifecyclePolicies"):
        cold = stack.quantity(resource, "efs", "infrequent_gb")
        lines.append(Line("infrequent access storage", "AmazonEFS", f"{zone} infrequent storage", region, cold))
    mode = props.text("throughputMode", "bursting")
    if mode == "provisioned":
        speed = Quantity.of(props.number("provisionedThroughputInMibps"))
        lines.append(Line("provisioned throughput", "AmazonEFS", "provisioned throughput", region, speed))
    elif mode == "elastic":
        read = stack.quantity(resource, "efs", "read_gb")
        lines.append(Line("elastic throughput reads", "AmazonEFS", "elastic reads", region, read))
    return Lines(tuple(lines))


def claim(resource: Resource, stack: Stack) -> Priced:
    """A PersistentVolumeClaim makes the EBS driver create a volume; gp3 unless its class says otherwise."""
    spec = Props.of(resource).block("spec")
    asked = spec.block("resources").block("requests").text("storage")
    size = Decimal(read_bytes(asked)) / 2**30
    kind, why = _class(spec.text("storageClassName", ""), stack)
    return Volume(stack.region(resource), kind, size, count=ONE.assume(why), label="claimed volume")


def _class(name: str, stack: Stack) -> tuple[str, str]:
    for resource in stack.planned():
        if resource.type == "kubernetes:storage.k8s.io/v1:StorageClass":
            metadata = Props.of(resource).block("metadata")
            if metadata.text("name", resource.name) == name:
                return Props.of(resource).block("parameters").text("type", "gp3"), ""
    known = {"gp2": "gp2", "io1": "io1", "io2": "io2", "st1": "st1", "sc1": "sc1"}
    return known.get(name, "gp3"), "" if name in known else "storage class not in this stack: gp3 is assumed"


ADAPTERS = {
    "aws:ecr/repository:Repository": repository,
    "aws:efs/fileSystem:FileSystem": file_system,
    "kubernetes:core/v1:PersistentVolumeClaim": claim,
}
