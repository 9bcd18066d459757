"""Names made up where the program gives none: `<name>-<7 hex>`, as the real provider does."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sandbox.aws.schema import Schema

SUFFIX_DIGITS = 7


@dataclass(frozen=True, slots=True)
class AutoName:
    """Which property is filled, how long a name may get, and whether the service takes lower case only."""

    property: str = "name"
    limit: int = 255
    lower: bool = False
    separator: str = "-"
    prefix: str = ""
    suffix: str = ""


_SPECIAL = {
    "aws:s3/bucket:Bucket": AutoName("bucket", 63, lower=True),
    "aws:s3/bucketV2:BucketV2": AutoName("bucket", 63, lower=True),
    "aws:rds/instance:Instance": AutoName("identifier", 63, lower=True),
    "aws:rds/cluster:Cluster": AutoName("clusterIdentifier", 63, lower=True),
    "aws:rds/clusterInstance:ClusterInstance": AutoName("identifier", 63, lower=True),
    "aws:docdb/cluster:Cluster": AutoName("clusterIdentifier", 63, lower=True),
    "aws:docdb/clusterInstance:ClusterInstance": AutoName("identifier", 63, lower=True),
    "aws:neptune/cluster:Cluster": AutoName("clusterIdentifier", 63, lower=True),
    "aws:neptune/clusterInstance:ClusterInstance": AutoName("identifier", 63, lower=True),
    "aws:elasticache/cluster:Cluster": AutoName("clusterId", 50, lower=True),
    "aws:redshift/cluster:Cluster": AutoName("clusterIdentifier", 63, lower=True),
    "aws:eks/nodeGroup:NodeGroup": AutoName("nodeGroupName", 63),
    "aws:eks/fargateProfile:FargateProfile": AutoName("fargateProfileName", 100),
    "aws:eks/cluster:Cluster": AutoName("name", 100),
    "aws:msk/cluster:Cluster": AutoName("clusterName", 64),
    "aws:msk/serverlessCluster:ServerlessCluster": AutoName("clusterName", 64),
    "aws:mq/broker:Broker": AutoName("brokerName", 50),
    "aws:ec2/keyPair:KeyPair": AutoName("keyName", 255),
    "aws:elasticache/replicationGroup:ReplicationGroup": AutoName("replicationGroupId", 40, lower=True),
    "aws:iot/topicRule:TopicRule": AutoName("name", 128, separator="_"),
    "aws:kms/alias:Alias": AutoName("name", 256, prefix="alias/"),
    "aws:iam/role:Role": AutoName("name", 64),
    "aws:iam/user:User": AutoName("name", 64),
    "aws:iam/policy:Policy": AutoName("name", 128),
    "aws:iam/instanceProfile:InstanceProfile": AutoName("name", 128),
    "aws:lambda/function:Function": AutoName("name", 64),
    "aws:lb/loadBalancer:LoadBalancer": AutoName("name", 32),
    "aws:lb/targetGroup:TargetGroup": AutoName("name", 32),
    "aws:alb/loadBalancer:LoadBalancer": AutoName("name", 32),
    "aws:alb/targetGroup:TargetGroup": AutoName("name", 32),
    "aws:elb/loadBalancer:LoadBalancer": AutoName("name", 32),
    "aws:ec2/launchTemplate:LaunchTemplate": AutoName("name", 125),
    "aws:opensearch/domain:Domain": AutoName("domainName", 28, lower=True),
    "aws:elasticsearch/domain:Domain": AutoName("domainName", 28, lower=True),
    "aws:rds/subnetGroup:SubnetGroup": AutoName("name", 255, lower=True),
    "aws:rds/parameterGroup:ParameterGroup": AutoName("name", 255, lower=True),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": AutoName("name", 255, lower=True),
    "aws:elasticache/subnetGroup:SubnetGroup": AutoName("name", 255, lower=True),
    "aws:elasticache/parameterGroup:ParameterGroup": AutoName("name", 255, lower=True),
}
# OpenSearch Serverless takes 3 to 32 characters for everything it names; its names are still the plain ones.
_LIMIT_BY_MODULE = {"opensearch/serverless": AutoName("name", 32, lower=True)}


def autoname_of(schema: Schema) -> AutoName | None:
    """How a type is named; None if the program has to name it (or it has no name)."""
    found = _SPECIAL.get(schema.token)
    if found is None:
        module = schema.token.split(":")[1]
        found = next((rule for prefix, rule in _LIMIT_BY_MODULE.items() if module.startswith(prefix)), AutoName())
    prop = schema.inputs.get(found.property)
    if prop is None or not prop.optional or prop.type.kind != "str":
        return None
    return found


def name_property(schema: Schema) -> str | None:
    """The property that names a resource within its account, auto-named or not; None when there is none."""
    auto = autoname_of(schema)
    if auto is not None:
        return auto.property
    for candidate in ("name", "bucket", "clusterName", "identifier", "nodeGroupName", "domainName"):
        prop = schema.inputs.get(candidate)
        # The required `bucket` or `clusterName` of a part names its whole, which other parts may share.
        if prop is not None and not prop.optional and candidate in ("name", *_own_names(schema)):
            return candidate
    return None


def _own_names(schema: Schema) -> tuple[str, ...]:
    kind = schema.token.rpartition(":")[2]
    own = kind[0].lower() + kind[1:] + "Name"
    return (own,)


def is_prefixed(auto: AutoName, inputs: dict[str, Any]) -> bool:
    """Whether the program gave a prefix, with which the service itself completes the name."""
    return inputs.get(f"{auto.property}Prefix") is not None


def make_name(auto: AutoName, resource: str, seed: bytes) -> str:
    """A fresh name for a resource. The same seed gives the same name: preview and update then agree."""
    digits = hashlib.sha256(b"%s\0%s" % (seed, resource.encode())).hexdigest()[:SUFFIX_DIGITS]
    room = auto.limit - len(auto.prefix) - len(auto.suffix) - len(auto.separator) - SUFFIX_DIGITS
    stem = resource[:room]
    if auto.lower:
        stem = stem.lower()
    return f"{auto.prefix}{stem}{auto.separator}{digits}{auto.suffix}"
