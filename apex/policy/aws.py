"""What several rules need to know of AWS resources: a bucket's siblings, and what a security group lets in."""

from collections.abc import Iterator
from dataclasses import dataclass

from apex.policy.props import Props
from apex.policy.stack import Context, Subject

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")

_SIBLINGS = {
    "access_block": ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",),
    "encryption": (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
    ),
    "versioning": ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"),
    "policy": ("aws:s3/bucketPolicy:BucketPolicy",),
    "logging": ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"),
    "lifecycle": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
    ),
    "object_lock": (
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
    ),
    "replication": ("aws:s3/bucketReplicationConfig:BucketReplicationConfig",),
}


def bucket_sibling(bucket: Subject, aspect: str, context: Context) -> Props | None:
    """The resource that settles one aspect of `bucket` (see the table above), None where the stack has none."""
    found = context.siblings(bucket, _SIBLINGS[aspect], "bucket", ("bucket",))
    return found[0].props if found else None


def is_log_target(bucket: Subject, context: Context) -> bool:
    """Whether other buckets write their access logs into `bucket`."""
    return bool(context.siblings(bucket, _SIBLINGS["logging"], "targetBucket", ("bucket",)))


def is_open_cidr(cidr: str) -> bool:
    """Whether a range of addresses is the internet, or so large a part of it that it makes no difference."""
    _, _, bits = cidr.partition("/")
    if not bits.isdigit():
        return False
    return int(bits) <= (8 if ":" not in cidr else 16) and not cidr.startswith(("10.", "fc", "fd"))


@dataclass(frozen=True, slots=True)
class Opening:
    """Ports that a security group opens, and to whom."""

    protocol: str
    first: int
    last: int
    cidrs: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether the internet is among those it lets in."""
        return any(is_open_cidr(cidr) for cidr in self.cidrs)

    def covers(self, port: int) -> bool:
        """Whether `port` is open."""
        return self.protocol in ("-1", "all") or self.first <= port <= self.last

    def __str__(self) -> str:
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        where = "all ports" if self.protocol in ("-1", "all") else f"{self.protocol} {ports}"
        return f"{where} from {', '.join(self.cidrs)}"


def ingress_of(resource: Subject) -> Iterator[Opening]:
    """What `resource` lets in: a security group with inline rules, or a rule of its own."""
    props = resource.props
    if resource.type == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
        cidrs = tuple(cidr for cidr in (props.text("cidrIpv4"), props.text("cidrIpv6")) if cidr)
        yield _opening(props, "ipProtocol", cidrs)
    elif resource.type == "aws:ec2/securityGroupRule:SecurityGroupRule":
        if props.text("type") == "ingress":
            yield _opening(props, "protocol", _blocks(props))
    else:
        for block in props.items("ingress"):
            yield _opening(block, "protocol", _blocks(block))


def _blocks(props: Props) -> tuple[str, ...]:
    return (*props.texts("cidrBlocks"), *props.texts("ipv6CidrBlocks"))


def _opening(props: Props, protocol: str, cidrs: tuple[str, ...]) -> Opening:
    first, last = props.number("fromPort"), props.number("toPort")
    return Opening(props.text(protocol), int(first or 0), int(65535 if last is None else last), cidrs)
