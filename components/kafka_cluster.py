"""A Kafka cluster on MSK: standard brokers, express brokers or serverless."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.client_rules import admit_clients, read_client_cidrs
from components.kafka_access import KafkaPrincipal, Principal, admit_firehose, grant, read_principals
from components.kafka_options import (
    KafkaAuthentication,
    KafkaKind,
    KafkaServerOptions,
    KafkaTopic,
    Shape,
    Topic,
    read_shape,
    read_topics,
    render_properties,
)
from components.kafka_schemas import KafkaSchema, Schema, read_schemas, register
from components.keys import Account, create_key
from components.nested_arguments import NestedArguments, recorded

_PORTS = {KafkaAuthentication.IAM: 9098, KafkaAuthentication.SCRAM: 9096, KafkaAuthentication.MTLS: 9094}
_EXPORTER_PORTS = (11001, 11002)
_STORAGE_TARGET_PERCENT = 60


class KafkaMonitoring(StrEnum):
    """How fine the metrics in CloudWatch are; all but the first are billed."""

    DEFAULT = "DEFAULT"
    """Per cluster and a few per broker, free of charge."""
    PER_BROKER = "PER_BROKER"
    """Per broker."""
    PER_TOPIC_PER_BROKER = "PER_TOPIC_PER_BROKER"
    """Per broker and topic."""
    PER_TOPIC_PER_PARTITION = "PER_TOPIC_PER_PARTITION"
    """Per broker, topic and partition, with consumer lag."""


class KafkaClusterArgs(TypedDict):
    """What a `KafkaCluster` takes."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    vpc_id: pulumi.Input[str]
    """The VPC that the brokers are reached from."""
    subnet_ids: list[pulumi.Input[str]]
    """Private subnets, each of another zone: brokers are spread over them evenly."""
    kind: NotRequired[KafkaKind]
    """Who runs the brokers. Default: standard brokers."""
    kafka_version: NotRequired[str]
    """The version of Kafka, as MSK names it; one past its end of support is refused. Within one that ends in x, MSK
    takes up patches by itself, a broker at a time. Default: 3.9.x."""
    running_version: NotRequired[str]
    """The version that runs now, while another is asked for: a change that MSK cannot make in place is refused.
    Default: the same."""
    instance_type: NotRequired[str]
    """The type of each broker. Default: kafka.m7g.large, or express.m7g.large."""
    brokers_per_zone: NotRequired[int]
    """How many brokers each zone has. Default: 1."""
    volume_size_gib: NotRequired[int]
    """How large each standard broker's volume is made. Where volumes may grow, MSK alone decides from then on: a later
    change of this argument is no difference either. Default: 100."""
    max_volume_size_gib: NotRequired[int]
    """To what size MSK lets a volume grow, which it begins at 60 % use; what has grown is no difference to the program.
    Volumes never shrink. Default: `volume_size_gib`, they do not grow."""
    tiered_storage: NotRequired[bool]
    """Whether topics may keep old records in cheaper storage. Default: no."""
    authentication: NotRequired[list[str]]
    """How clients prove who they are: iam, scram (a password), mtls (a certificate). Default: iam."""
    certificate_authority_arns: NotRequired[list[pulumi.Input[str]]]
    """The private CAs whose certificates mtls accepts. Default: none."""
    scram_secret_arns: NotRequired[list[pulumi.Input[str]]]
    """Secrets with scram's users; their names begin with AmazonMSK_ and they are encrypted with a key of yours.
    Default: none."""
    client_cidrs: NotRequired[list[str]]
    """IPv4 prefixes from which clients connect; the whole internet is refused. Default: none."""
    client_security_group_ids: NotRequired[list[pulumi.Input[str]]]
    """Security groups whose members may connect. Default: none."""
    server_properties: NotRequired[KafkaServerOptions]
    """The brokers' defaults. Default: safe ones, see there."""
    monitoring: NotRequired[KafkaMonitoring]
    """How fine the metrics in CloudWatch are. Default: the free ones."""
    prometheus: NotRequired[bool]
    """Whether clients may scrape the brokers' metrics (ports 11001 and 11002). Default: no."""
    log_retention_days: NotRequired[int]
    """How long CloudWatch keeps the brokers' logs. Default: 30."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """A bucket that gets the brokers' logs as well. Default: none."""
    topics: NotRequired[list[KafkaTopic]]
    """The topics. Default: none."""
    principals: NotRequired[list[KafkaPrincipal]]
    """Who writes to and reads from them. Default: nobody."""
    schemas: NotRequired[list[KafkaSchema]]
    """The schemas of the records, kept in a Glue registry. Default: none, and no registry."""
    firehose: NotRequired[bool]
    """Whether Firehose may read topics, through a private connection of its own, which is billed by the hour and by
    what passes it. Standard brokers of at least m5.large, with iam. Default: no."""
    deletion_protection: NotRequired[bool]
    """Whether the engine refuses to destroy the cluster and its key. Default: no."""


@dataclass(frozen=True, slots=True)
class _Plan:
    tags: CostTags
    vpc_id: pulumi.Input[str]
    subnet_ids: tuple[pulumi.Input[str], ...]
    shape: Shape
    authorities: tuple[pulumi.Input[str], ...]
    scram_secrets: tuple[pulumi.Input[str], ...]
    client_cidrs: tuple[str, ...]
    client_groups: tuple[pulumi.Input[str], ...]
    monitoring: KafkaMonitoring
    prometheus: bool
    log_days: int
    log_bucket: pulumi.Input[str] | None
    topics: tuple[Topic, ...]
    principals: tuple[Principal, ...]
    schemas: tuple[Schema, ...]
    firehose: bool
    protect: bool


class KafkaCluster(pulumi.ComponentResource):
    """Kafka that is encrypted at rest and in transit and knows every client.

    Brokers are reached by nobody until `client_cidrs` or `client_security_group_ids` name somebody. Records are written
    to three brokers and count when two have them; no broker that lags may lead.

        kafka = KafkaCluster("events", {"tags": cost_tags.aws(), "vpc_id": network.vpc_id,
            "subnet_ids": network.private_subnet_ids, "client_cidrs": ["10.20.0.0/16"],
            "topics": [{"name": "frames", "partitions": 12}],
            "principals": [{"name": "camera", "produce": ["frames"]}]})
    """

    arn: pulumi.Output[str]
    """The cluster."""
    cluster_name: pulumi.Output[str]
    """Its name."""
    bootstrap_brokers_sasl_iam: pulumi.Output[str]
    """Where clients with an IAM role begin: host:port pairs, separated by commas."""
    security_group_id: pulumi.Output[str]
    """The brokers' security group."""
    kms_key_arn: pulumi.Output[str]
    """The key of the brokers' volumes and logs, empty for a serverless cluster, which AWS encrypts with its own."""
    policy_arns: dict[str, pulumi.Output[str]]
    """The IAM policy of each principal, by its name."""
    schema_registry_arn: pulumi.Output[str]
    """The Glue registry, empty where there are no schemas."""

    def __init__(self, name: str, args: KafkaClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _read(name, args)
        super().__init__("apex:index:KafkaCluster", name, recorded(args), opts)
        self._name = name
        self._plan = plan
        self._child = pulumi.ResourceOptions(parent=self)
        self._kept = pulumi.ResourceOptions(parent=self, protect=plan.protect or None)
        self._account = Account.of(self)
        self.security_group_id = self._security_group()
        if plan.shape.kind is KafkaKind.SERVERLESS:
            self._serverless()
        else:
            self._provisioned()
        self.policy_arns = grant(name, plan.principals, self.cluster_name, self._account, plan.tags, self._child)
        self.schema_registry_arn = (
            register(name, plan.schemas, plan.tags, self._child) if plan.schemas else pulumi.Output.from_input("")
        )
        self.register_outputs(
            {
                "arn": self.arn,
                "clusterName": self.cluster_name,
                "bootstrapBrokersSaslIam": self.bootstrap_brokers_sasl_iam,
                "securityGroupId": self.security_group_id,
                "kmsKeyArn": self.kms_key_arn,
                "policyArns": self.policy_arns,
                "schemaRegistryArn": self.schema_registry_arn,
            }
        )

    def _tags(self, suffix: str) -> dict[str, str]:
        return self._plan.tags.aws(Name=f"{self._name}-{suffix}")

    def _security_group(self) -> pulumi.Output[str]:
        plan = self._plan
        group = aws.ec2.SecurityGroup(
            f"{self._name}-brokers",
            description="Kafka clients to the brokers",
            vpc_id=plan.vpc_id,
            tags=self._tags("brokers"),
            opts=self._child,
        )
        ports = [(method.value, _PORTS[method], _PORTS[method]) for method in plan.shape.authentication]
        if plan.prometheus:
            ports.append(("metrics", *_EXPORTER_PORTS))
        admit_clients(self._name, group.id, ports, plan.client_cidrs, plan.client_groups, plan.tags, self._child)
        return group.id

    def _serverless(self) -> None:
        cluster = aws.msk.ServerlessCluster(
            f"{self._name}-cluster",
            vpc_configs=[{"subnet_ids": list(self._plan.subnet_ids), "security_group_ids": [self.security_group_id]}],
            client_authentication={"sasl": {"iam": {"enabled": True}}},
            tags=self._tags("cluster"),
            opts=self._kept,
        )
        self.arn = cluster.arn
        self.cluster_name = cluster.cluster_name
        self.bootstrap_brokers_sasl_iam = cluster.bootstrap_brokers_sasl_iam
        self.kms_key_arn = pulumi.Output.from_input("")

    def _provisioned(self) -> None:
        plan, shape = self._plan, self._plan.shape
        log_group = f"/aws/vendedlogs/msk/{plan.tags.environment}/{self._name}"
        key = create_key(
            f"{self._name}-data", "Kafka volumes and logs", plan.tags, self._account, self._kept, log_group=log_group
        )
        logs = aws.cloudwatch.LogGroup(
            f"{self._name}-logs",
            name=log_group,
            retention_in_days=plan.log_days,
            kms_key_id=key.arn,
            tags=self._tags("logs"),
            opts=self._child,
        )
        configuration = aws.msk.Configuration(
            f"{self._name}-configuration",
            description=f"server.properties of {self._name}",
            server_properties=render_properties(shape.properties),
            opts=self._child,
        )
        nodes: dict[str, Any] = {
            "instance_type": shape.instance_type,
            "client_subnets": list(plan.subnet_ids),
            "security_groups": [self.security_group_id],
        }
        if plan.firehose:
            nodes["connectivity_info"] = {
                "vpc_connectivity": {"client_authentication": {"sasl": {"iam": True, "scram": False}, "tls": False}}
            }
        ignored: list[str] = []
        if shape.kind is KafkaKind.STANDARD:
            nodes["storage_info"] = {"ebs_storage_info": {"volume_size": shape.volume_gib}}
            if shape.max_volume_gib > shape.volume_gib:
                ignored = ["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"]
        logging: dict[str, Any] = {"cloudwatch_logs": {"enabled": True, "log_group": logs.name}}
        if plan.log_bucket is not None:
            logging["s3"] = {"enabled": True, "bucket": plan.log_bucket, "prefix": f"kafka/{self._name}"}
        extra: dict[str, Any] = {}
        if shape.kind is KafkaKind.STANDARD:
            extra["storage_mode"] = "TIERED" if shape.tiered else "LOCAL"
        if plan.prometheus:
            exporter = {"enabled_in_broker": True}
            extra["open_monitoring"] = {"prometheus": {"jmx_exporter": exporter, "node_exporter": exporter}}
        cluster = aws.msk.Cluster(
            f"{self._name}-cluster",
            kafka_version=shape.version,
            number_of_broker_nodes=shape.brokers,
            broker_node_group_info=nodes,
            client_authentication=_authentication(plan),
            configuration_info={"arn": configuration.arn, "revision": configuration.latest_revision},
            encryption_info={
                "encryption_at_rest_kms_key_arn": key.arn,
                "encryption_in_transit": {"client_broker": "TLS", "in_cluster": True},
            },
            enhanced_monitoring=plan.monitoring.value,
            logging_info={"broker_logs": logging},
            tags=self._tags("cluster"),
            opts=pulumi.ResourceOptions.merge(self._kept, pulumi.ResourceOptions(ignore_changes=ignored)),
            **extra,
        )
        self.arn = cluster.arn
        self.cluster_name = cluster.cluster_name
        self.bootstrap_brokers_sasl_iam = cluster.bootstrap_brokers_sasl_iam
        self.kms_key_arn = key.arn
        self._storage_autoscaling()
        self._users()
        if plan.firehose:
            admit_firehose(self._name, cluster.arn, self._account, self._child)
        for topic in plan.topics:
            aws.msk.Topic(
                f"{self._name}-topic-{topic.name}",
                cluster_arn=cluster.arn,
                name=topic.name,
                partition_count=topic.partitions,
                replication_factor=topic.replication_factor,
                configs=json.dumps(topic.configs),
                opts=self._kept,
            )

    def _storage_autoscaling(self) -> None:
        shape = self._plan.shape
        if shape.max_volume_gib <= shape.volume_gib:
            return
        target = aws.appautoscaling.Target(
            f"{self._name}-storage",
            service_namespace="kafka",
            scalable_dimension="kafka:broker-storage:VolumeSize",
            resource_id=self.arn,
            min_capacity=1,  # all that MSK accepts; it never goes below the size a volume has
            max_capacity=shape.max_volume_gib,
            tags=self._tags("storage"),
            opts=self._child,
        )
        aws.appautoscaling.Policy(
            f"{self._name}-storage",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {"predefined_metric_type": "KafkaBrokerStorageUtilization"},
                "target_value": _STORAGE_TARGET_PERCENT,
                "disable_scale_in": True,
            },
            opts=self._child,
        )

    def _users(self) -> None:
        for index, secret in enumerate(self._plan.scram_secrets):
            aws.msk.SingleScramSecretAssociation(
                f"{self._name}-scram-{index}", cluster_arn=self.arn, secret_arn=secret, opts=self._child
            )


def _authentication(plan: _Plan) -> dict[str, Any]:
    methods = plan.shape.authentication
    result: dict[str, Any] = {
        "sasl": {"iam": KafkaAuthentication.IAM in methods, "scram": KafkaAuthentication.SCRAM in methods},
        "unauthenticated": False,
    }
    if KafkaAuthentication.MTLS in methods:
        result["tls"] = {"certificate_authority_arns": list(plan.authorities)}
    return result


def _read(name: str, args: KafkaClusterArgs) -> _Plan:
    check = NestedArguments(name, args)
    check.allow_only(KafkaClusterArgs.__annotations__)
    tags = check.cost_tags()
    for argument in ("vpc_id", "subnet_ids"):
        if not check.has(argument):
            check.refuse(argument, "is missing; take it from a Network or write it")
    subnets = tuple(args.get("subnet_ids") or ())
    shape = read_shape(check, len(subnets))
    topics = read_topics(check, shape)
    untyped: Mapping[str, Any] = args
    principals = read_principals(check, untyped, [topic.name for topic in topics])
    if principals and KafkaAuthentication.IAM not in shape.authentication:
        check.refuse("principals", "get IAM policies, which need iam; add iam to authentication")
    plan = _Plan(
        tags=tags,
        vpc_id=args.get("vpc_id", ""),
        subnet_ids=subnets,
        shape=shape,
        authorities=tuple(args.get("certificate_authority_arns") or ()),
        scram_secrets=tuple(args.get("scram_secret_arns") or ()),
        client_cidrs=read_client_cidrs(check),
        client_groups=tuple(args.get("client_security_group_ids") or ()),
        monitoring=check.choice("monitoring", KafkaMonitoring, KafkaMonitoring.DEFAULT),
        prometheus=check.flag("prometheus", False),
        log_days=check.log_retention_days("log_retention_days", 30),
        log_bucket=args.get("log_bucket"),
        topics=topics,
        principals=principals,
        schemas=read_schemas(check),
        firehose=_read_firehose(check, shape),
        protect=check.flag("deletion_protection", False),
    )
    check.refuse_if_wrong()
    return plan


def _read_firehose(check: NestedArguments, shape: Shape) -> bool:
    """MSK gives private connections on standard brokers that are not the smallest, and with these ways to sign in."""
    wanted = check.flag("firehose", False)
    if wanted and (shape.kind is not KafkaKind.STANDARD or shape.instance_type == "kafka.t3.small"):
        check.refuse("firehose", "True cannot be had on these brokers; use standard ones from kafka.m5.large up")
    elif wanted and KafkaAuthentication.IAM not in shape.authentication:
        check.refuse("firehose", "True needs iam; add it to authentication")
    return wanted
