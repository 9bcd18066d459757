"""Well-formed ids and ARNs for what the sandbox creates, the same ones on every machine.

An id's shape comes from the example in the SDK's own import instructions; an ARN's from the table below, which
follows the Service Authorization Reference, or else from the type's name.
"""

import functools
import hashlib
import re
import uuid
from dataclasses import dataclass
from typing import Any

from sandbox.aws import account, sdk
from sandbox.aws.schema import Schema

# {name} is the resource's own name, {id} its id, {hex} random-looking digits, {uuid} one UUID; other words are inputs.
_ARNS: dict[str, str] = {
    "aws:acm/certificate:Certificate": "acm:{region}:{account}:certificate/{uuid}",
    "aws:autoscaling/group:Group": "autoscaling:{region}:{account}:autoScalingGroup:{uuid}:autoScalingGroupName/{name}",
    "aws:budgets/budget:Budget": "budgets::{account}:budget/{name}",
    "aws:cloudwatch/logGroup:LogGroup": "logs:{region}:{account}:log-group:{name}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "aws:cloudwatch/eventRule:EventRule": "events:{region}:{account}:rule/{name}",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "ce::{account}:anomalymonitor/{uuid}",
    "aws:costexplorer/anomalySubscription:AnomalySubscription": "ce::{account}:anomalysubscription/{uuid}",
    "aws:dynamodb/table:Table": "dynamodb:{region}:{account}:table/{name}",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "ec2:{region}:{account}:security-group/{id}",
    "aws:ec2/eip:Eip": "ec2:{region}:{account}:elastic-ip/{id}",
    "aws:ec2/flowLog:FlowLog": "ec2:{region}:{account}:vpc-flow-log/{id}",
    "aws:ecr/repository:Repository": "ecr:{region}:{account}:repository/{name}",
    "aws:ecs/cluster:Cluster": "ecs:{region}:{account}:cluster/{name}",
    "aws:efs/fileSystem:FileSystem": "elasticfilesystem:{region}:{account}:file-system/{id}",
    "aws:eks/accessEntry:AccessEntry": "eks:{region}:{account}:access-entry/{clusterName}/role/{account}/{hex8}/{uuid}",
    "aws:eks/addon:Addon": "eks:{region}:{account}:addon/{clusterName}/{addonName}/{uuid}",
    "aws:eks/cluster:Cluster": "eks:{region}:{account}:cluster/{name}",
    "aws:eks/fargateProfile:FargateProfile": "eks:{region}:{account}:fargateprofile/{clusterName}/{name}/{uuid}",
    "aws:eks/nodeGroup:NodeGroup": "eks:{region}:{account}:nodegroup/{clusterName}/{name}/{uuid}",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (
        "eks:{region}:{account}:podidentityassociation/{clusterName}/a-{hex17}"
    ),
    "aws:glue/catalogDatabase:CatalogDatabase": "glue:{region}:{account}:database/{name}",
    "aws:glue/registry:Registry": "glue:{region}:{account}:registry/{registryName}",
    "aws:iam/instanceProfile:InstanceProfile": "iam::{account}:instance-profile{path}{name}",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "iam::{account}:oidc-provider/{url}",
    "aws:iam/policy:Policy": "iam::{account}:policy{path}{name}",
    "aws:iam/role:Role": "iam::{account}:role{path}{name}",
    "aws:iam/user:User": "iam::{account}:user{path}{name}",
    "aws:kinesis/stream:Stream": "kinesis:{region}:{account}:stream/{name}",
    "aws:kms/alias:Alias": "kms:{region}:{account}:{name}",
    "aws:kms/key:Key": "kms:{region}:{account}:key/{id}",
    "aws:lambda/function:Function": "lambda:{region}:{account}:function:{name}",
    "aws:lb/loadBalancer:LoadBalancer": "elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hex16}",
    "aws:lb/targetGroup:TargetGroup": "elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hex16}",
    "aws:msk/cluster:Cluster": "kafka:{region}:{account}:cluster/{name}/{uuid}-{digit}",
    "aws:msk/configuration:Configuration": "kafka:{region}:{account}:configuration/{name}/{uuid}-{digit}",
    "aws:msk/serverlessCluster:ServerlessCluster": "kafka:{region}:{account}:cluster/{name}/{uuid}-s{digit}",
    "aws:opensearch/domain:Domain": "es:{region}:{account}:domain/{name}",
    "aws:opensearch/serverlessCollection:ServerlessCollection": "aoss:{region}:{account}:collection/{id}",
    "aws:rds/cluster:Cluster": "rds:{region}:{account}:cluster:{name}",
    "aws:rds/clusterInstance:ClusterInstance": "rds:{region}:{account}:db:{name}",
    "aws:rds/instance:Instance": "rds:{region}:{account}:db:{name}",
    "aws:rds/parameterGroup:ParameterGroup": "rds:{region}:{account}:pg:{name}",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "rds:{region}:{account}:cluster-pg:{name}",
    "aws:rds/subnetGroup:SubnetGroup": "rds:{region}:{account}:subgrp:{name}",
    "aws:s3/bucket:Bucket": "s3:::{name}",
    "aws:s3/bucketV2:BucketV2": "s3:::{name}",
    "aws:secretsmanager/secret:Secret": "secretsmanager:{region}:{account}:secret:{name}-{hex6}",
    "aws:sfn/stateMachine:StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "aws:sns/topic:Topic": "sns:{region}:{account}:{name}",
    "aws:sqs/queue:Queue": "sqs:{region}:{account}:{name}",
    "aws:ssm/parameter:Parameter": "ssm:{region}:{account}:parameter/{name}",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "ec2:{region}:{account}:security-group-rule/{id}",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ec2:{region}:{account}:security-group-rule/{id}",
}
# Where the SDK's module is not called as the service's ARNs are.
_SERVICES = {
    "acmpca": "acm-pca", "alb": "elasticloadbalancing", "amp": "aps", "appautoscaling": "application-autoscaling",
    "cfg": "config", "cognito": "cognito-idp",
    "costexplorer": "ce", "directoryservice": "ds", "ebs": "ec2", "efs": "elasticfilesystem", "elasticsearch": "es",
    "elb": "elasticloadbalancing", "emr": "elasticmapreduce", "emrserverless": "emr-serverless",
    "lb": "elasticloadbalancing", "msk": "kafka", "mskconnect": "kafkaconnect", "opensearch": "es", "sfn": "states",
    "vpc": "ec2",
}  # fmt: skip
# EC2 ids are a prefix and 17 hexadecimal digits; the prefix is also told by properties that hold such an id.
_PREFIXES: dict[str, str] = {
    "allocation": "eipalloc", "ami": "ami", "capacityReservation": "cr", "carrierGateway": "cagw",
    "customerGateway": "cgw", "dhcpOptions": "dopt", "egressOnlyInternetGateway": "eigw", "eip": "eipalloc",
    "fileSystem": "fs", "flowLog": "fl", "gateway": "igw", "image": "ami", "instance": "i", "internetGateway": "igw",
    "keyPair": "key", "launchTemplate": "lt", "managedPrefixList": "pl", "mountTarget": "fsmt", "natGateway": "nat",
    "networkAcl": "acl", "networkInterface": "eni", "placementGroup": "pg", "prefixList": "pl", "routeTable": "rtb",
    "routeTableAssociation": "rtbassoc", "securityGroup": "sg", "securityGroupEgressRule": "sgr",
    "securityGroupIngressRule": "sgr", "securityGroupRule": "sgr", "snapshot": "snap", "subnet": "subnet",
    "transitGateway": "tgw", "volume": "vol", "vpc": "vpc", "vpcEndpoint": "vpce", "vpcPeeringConnection": "pcx",
    "vpnConnection": "vpn", "vpnGateway": "vgw", "association": "eipassoc",
}  # fmt: skip
# Ids that the import instructions do not tell; the words are those of the ARNs' shapes.
_IDS: dict[str, str] = {
    "aws:appautoscaling/target:Target": "{resourceId}",
    "aws:budgets/budget:Budget": "{account}:{name}",
    "aws:cloudwatch/eventTarget:EventTarget": "{rule}-{hex8}",
    "aws:ec2/route:Route": "r-{routeTableId}{hex10}",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "{repository}",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "{repository}",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "a-{hex17}",
    "aws:iam/rolePolicy:RolePolicy": "{role}:{name}",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "{role}/{policyArn}",
    "aws:kms/keyPolicy:KeyPolicy": "{keyId}",
    "aws:opensearch/serverlessCollection:ServerlessCollection": "{hex20}",
    "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": "{bucket}:{name}",
    "aws:s3/inventory:Inventory": "{bucket}:{name}",
    "aws:secretsmanager/secretVersion:SecretVersion": "{secretId}|{uuid}",
    "aws:sns/topicPolicy:TopicPolicy": "{arn}",
    "aws:sqs/queue:Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    "aws:sqs/queuePolicy:QueuePolicy": "{queueUrl}",
}
# Their import instructions show only a part of the ARN that is the id.
_NAMED_BY_ARN = frozenset(
    {
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
    }
)
_EC2_MODULES = frozenset({"ec2", "vpc", "ebs", "efs", "ec2transitgateway"})


@dataclass(frozen=True, slots=True)
class Identity:
    """What a resource's id and ARN are made of."""

    schema: Schema
    urn: str
    inputs: dict[str, Any]
    region: str
    name: str

    def digits(self, salt: str, length: int) -> str:
        """Hexadecimal digits that look random and are the same for the same resource and name."""
        seed = f"{self.urn}\0{self.name}\0{salt}".encode()
        return hashlib.sha256(seed).hexdigest()[:length]

    def uuid(self, salt: str) -> str:
        """A version 4 UUID, the same for the same resource."""
        return str(uuid.UUID(self.digits(salt, 32), version=4))


def prefixed(noun: str) -> str | None:
    """The EC2 prefix of a kind of thing, such as `subnet` of a `subnetId`."""
    for word in (noun, noun[:1].lower() + noun[1:]):
        if word in _PREFIXES:
            return _PREFIXES[word]
    tail = next(
        (word for word in sorted(_PREFIXES, key=len, reverse=True) if noun.lower().endswith(word.lower())), None
    )
    return None if tail is None else _PREFIXES[tail]


def make_id(identity: Identity) -> str:
    """The id that the service would give this resource."""
    schema = identity.schema
    module, kind = _parts(schema.token)
    if schema.token in _IDS:
        return _IDS[schema.token].format_map(_Words(identity, ""))
    if module in _EC2_MODULES and kind in _PREFIXES:
        return f"{_PREFIXES[kind]}-{identity.digits('id', 17)}"
    example, words, separator = _import_form(schema)
    if schema.token in _NAMED_BY_ARN or (example.startswith("arn:") and "arn" in schema.outputs):
        return make_arn(identity, "")
    if re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}|mrk-[0-9a-f]+", example):
        return identity.uuid("id")
    if re.fullmatch(r"[a-z]+-[0-9a-f]{8,17}", example) and not words:
        return f"{example.partition('-')[0]}-{identity.digits('id', 17)}"
    if words and all(identity.inputs.get(word) not in (None, "") for word in words):
        return separator.join(str(identity.inputs[word]) for word in words)
    if schema.token.startswith("aws:s3/bucket") and identity.inputs.get("bucket"):
        return str(identity.inputs["bucket"])
    if re.fullmatch(r"[a-z0-9]{20}", example):
        return identity.digits("id", 20)
    if identity.name:
        return identity.name
    return (
        example if example == account.ACCOUNT_ID else f"{sdk.snake(kind).replace('_', '-')}-{identity.digits('id', 17)}"
    )


def _import_form(schema: Schema) -> tuple[str, tuple[str, ...], str]:
    """The example id of the SDK's import instructions, the inputs that make it up, and what stands between them."""
    return _parse_import(schema.token, schema.doc, frozenset(schema.inputs))


@functools.cache
def _parse_import(token: str, doc: str, inputs: frozenset[str]) -> tuple[str, tuple[str, ...], str]:
    match = re.search(rf"pulumi import {re.escape(token)} \S+ (\S+)", doc)
    example = match[1].strip("'\"") if match else ""
    sentence = re.search(r"Using `pulumi import`,?(.*?)(?:For example|```)", doc, re.DOTALL)
    quoted = re.findall(r"`([a-z][a-z_]*)`", sentence[1]) if sentence else []
    words = tuple(camel for camel in (_camel(word) for word in quoted) if camel in inputs)
    if not words or len(words) != len(quoted):
        return example, (), ""
    separator = next(
        (mark for mark in ("#", ":", "/", ",", "|", "_") if f"`{mark}`" in (sentence[1] if sentence else "")), ""
    )
    if not separator:
        separator = next((mark for mark in ("#", ":", "/", ",", "|", "_") if mark in example), "-")
    return example, words, separator


def _camel(word: str) -> str:
    head, *rest = word.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _parts(token: str) -> tuple[str, str]:
    """`aws:ec2/vpc:Vpc` → (`ec2`, `vpc`)."""
    module = token.split(":")[1].partition("/")[0]
    kind = token.rpartition(":")[2]
    return module, kind[0].lower() + kind[1:]


def make_arn(identity: Identity, resource_id: str) -> str:
    """The ARN that the service would give this resource."""
    shape = _ARNS.get(identity.schema.token)
    if shape is None:
        module, kind = _parts(identity.schema.token)
        service = _SERVICES.get(module, module)
        label = resource_id or identity.name or identity.digits("arn", 17)
        if label.startswith("arn:"):
            return label
        shape = f"{service}:{{region}}:{{account}}:{sdk.snake(kind).replace('_', '-')}/{label.replace('{', '(')}"
    return f"arn:{account.partition(identity.region)}:{shape.format_map(_Words(identity, resource_id))}"


class _Words(dict[str, str]):
    """The words of an ARN's shape, looked up when the shape asks for them."""

    def __init__(self, identity: Identity, resource_id: str) -> None:
        super().__init__()
        self._identity = identity
        self._id = resource_id

    def __missing__(self, word: str) -> str:
        identity = self._identity
        fixed = {"region": identity.region, "account": account.ACCOUNT_ID, "name": identity.name, "id": self._id}
        if word in fixed:
            return fixed[word]
        if word == "uuid":
            return identity.uuid("arn")
        if word == "digit":
            return str(int(identity.digits("digit", 4), 16) % 20 + 1)
        if word.startswith("hex"):
            return identity.digits(word, int(word[3:]))
        value = str(identity.inputs.get(word) or ("/" if word == "path" else ""))
        return value.removeprefix("https://")
