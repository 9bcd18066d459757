"""Whatever combination of arguments a component accepts, what it makes is tagged, encrypted and private."""

import re

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from apex.errors import InputError
from components.cluster_addons import ClusterAddons
from components.gpu_node_pool import GpuNodePool
from components.inference_service import InferenceService
from components.kafka_cluster import KafkaCluster
from components.kubernetes_cluster import KubernetesCluster
from components.network import Network
from components.storage_tiers import StorageTiers
from components.team_namespace import TeamNamespace
from components.vector_database import VectorDatabase

IMAGE = "registry.example.com/server@sha256:" + "a" * 64
ROLE = "arn:aws:iam::123456789012:role/vision"
SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719", "subnet-0a1b2c3d4e5f6071a"]
GROUP = "sg-0a1b2c3d4e5f60718"
VPC = "vpc-0a1b2c3d4e5f60718"
PROMETHEUS = "http://prometheus.monitoring.svc:9090"
HOURS = {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"}
MEASURED = {"metrics": [{"name": "error_rate", "maximum": 0.01}], "prometheus_address": PROMETHEUS}
MODEL = {"s3_uri": "s3://models/m/1.tar.gz", "sha256": "b" * 64, "loader_image": IMAGE, "size_gib": 40}
KAFKA = {"bootstrap_servers": "b-1:9098", "topic": "frames", "consumer_group": "captioner", "region": "us-east-1"}
TOPIC = "arn:aws:kafka:us-east-1:123456789012:topic/events/8f1c/frames"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:frames"
PLACE = {"namespace": "vision", "cluster_name": "main", "image": IMAGE}
QDRANT = {
    "namespace": "vision",
    "image": IMAGE,
    "api_key_secret": "key",
    "tls_secret": "tls",
    "snapshots": {"bucket": "atlas-archive", "image": IMAGE, "cluster_name": "main"},
}
AVRO = '{"type": "record", "name": "Frame", "fields": [{"name": "camera", "type": "string"}]}'


def some(required, **optional):
    """Arguments with all of `required`, and any of `optional`."""
    return st.fixed_dictionaries({key: st.just(value) for key, value in required.items()}, optional=optional)


def one(*values):
    return st.sampled_from(values)


def subsets(*values):
    return st.lists(st.sampled_from(values), unique=True)


CIDRS = subsets("10.20.0.0/16", "172.16.0.0/12")
FLAG = st.booleans()

NETWORKS = some(
    {"cidr": "10.20.0.0/16"},
    zone_count=one(2, 3),
    nat=one("none", "single", "perZone", "central"),
    transit_gateway_id=one("tgw-0a1b2c3d4e5f60718"),
    transit_gateway_cidrs=one(["172.16.0.0/12"]),
    gateway_endpoints=subsets("s3", "dynamodb"),
    interface_endpoints=subsets("sts", "logs", "kms"),
    endpoints_for=subsets("KafkaCluster", "VectorDatabase", "ClusterAddons"),
    cluster_name=one("main"),
    flow_log_retention_days=one(14, 365),
)
CLUSTERS = some(
    {"version": "1.35", "subnet_ids": SUBNETS, "system_min_size": 2, "system_max_size": 4},
    system_instance_types=one(["m6i.large"], ["m7g.large"]),
    public_access_cidrs=one([], ["203.0.113.0/24"]),
    extended_support=FLAG,
    creator_is_admin=FLAG,
    access=one(
        [{"name": "ops", "principal_arn": ROLE, "permission": "AmazonEKSAdminPolicy"}],
        [{"name": "dev", "principal_arn": ROLE, "kubernetes_groups": ["vision-developers"]}],
    ),
).map(lambda args: {"system_instance_types": ["m6i.large"], **args})
ADDONS = some(
    {"cluster_name": "main"},
    node_role_arn=one(ROLE),
    scaled_queue_arns=one([QUEUE]),
    scaled_topic_arns=one([TOPIC]),
    prometheus_volume_size_gib=one(20),
).flatmap(
    lambda args: subsets("argoRollouts", "clusterAutoscaler", "dcgmExporter", "karpenter", "keda", "prometheus").map(
        lambda addons: {**args, "addons": addons or ["keda"]}
    )
)
KAFKAS = some(
    {"vpc_id": VPC, "subnet_ids": SUBNETS},
    kind=one("standard", "express", "serverless"),
    kafka_version=one("3.9.x", "3.6.0"),
    brokers_per_zone=one(1, 2),
    volume_size_gib=one(100),
    max_volume_size_gib=one(500),
    tiered_storage=FLAG,
    authentication=one(["iam"], ["iam", "scram"], ["iam", "mtls"]),
    certificate_authority_arns=one(["arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/a"]),
    client_cidrs=CIDRS,
    client_security_group_ids=one([GROUP]),
    monitoring=one("DEFAULT", "PER_TOPIC_PER_PARTITION"),
    prometheus=FLAG,
    log_bucket=one("atlas-logs"),
    principals=one([{"name": "camera", "produce": ["frames"]}]),
    schemas=one([{"name": "frames", "format": "AVRO", "definition": AVRO, "earlier_definitions": [AVRO]}]),
    deletion_protection=FLAG,
)
TIERS = some(
    {"name": "raw"},
    data_classes=one([{"name": "frames", "average_object_size_kib": 4000, "glacier_instant_after_days": 60}]),
    object_lock=one({"retention_days": 30}, {"legal_hold_role_arns": [ROLE]}),
    access_points=one([{"name": "frames", "prefix": "frames/", "reader_role_arns": [ROLE], "vpc_id": VPC}]),
    events=FLAG,
)
STORES = some(
    {},
    tiers=st.lists(TIERS, min_size=1, max_size=1),
    vpc_endpoint_ids=one(["vpce-0a1b2c3d4e5f60718"]),
    exempt_role_arns=one([ROLE]),
    force_destroy=FLAG,
    deletion_protection=FLAG,
)
VECTORS = some(
    {"dimensions": 768},
    engine=one("opensearchServerless", "auroraPostgresql", "qdrant"),
    metric=one("cosine", "euclidean", "innerProduct"),
    standby_replicas=FLAG,
    client_cidrs=CIDRS,
    deletion_protection=FLAG,
).flatmap(
    lambda args: (
        some({**args, "qdrant": QDRANT})
        if args.get("engine") == "qdrant"
        else some(
            {**args, "vpc_id": VPC, "subnet_ids": SUBNETS},
            client_security_group_ids=one([GROUP]),
            migration=one(PLACE),
            min_capacity=one(0, 0.5),
            reader_role_arns=one([ROLE]),
        )
    )
)
POOLS = some(
    {"cluster_name": "main", "node_role_arn": ROLE, "subnet_ids": SUBNETS, "max_size": 4},
    provisioner=one("MANAGED", "KARPENTER"),
    capacity_type=one("ON_DEMAND", "SPOT"),
    on_demand_base=one(1),
    office_hours=one(HOURS),
    sharing=one({"time_slices": 4}),
    security_group_ids=one([GROUP]),
    disruption_budgets=one([{"nodes": "10%"}]),
    device_plugin=FLAG,
).flatmap(
    lambda args: one({"instance_types": ["g5.xlarge", "g4dn.xlarge"]}, {"need": {"model": "L4"}}).map(
        lambda kind: {**args, **kind}
    )
)
SERVICES = some(
    {"namespace": "vision", "image": IMAGE, "cpu": "2", "memory": "8Gi", "min_replicas": 2, "max_replicas": 4},
    gpus=one(0, 1),
    scaling=one(
        {"hours": HOURS},
        {"signal": "gpu", "prometheus_address": PROMETHEUS},
        {"signal": "queue", "queue_url": "https://sqs.example.com/q", "region": "us-east-1"},
        {"signal": "kafka-lag", **KAFKA},
    ),
    release=one({"strategy": "canary", **MEASURED}, {"strategy": "blueGreen", **MEASURED}),
    model=one(MODEL, {"claim_name": "models"}),
    vllm=one({"served_model_name": "captioner"}),
    permissions=one({"cluster_name": "main", "consume_topics": [TOPIC], "read_objects": ["arn:aws:s3:::b/p/*"]}),
    service_monitor=FLAG,
    pull_secrets=one(["registry"]),
    priority_class=one("serving"),
    client_namespaces=one(["web"]),
)
NAMESPACES = some({"cpu": "64", "memory": "256Gi"}, gpus=one(0, 4), developer_groups=one(["vision"]))

COMPONENTS = {
    "network": (Network, NETWORKS),
    "cluster": (KubernetesCluster, CLUSTERS),
    "addons": (ClusterAddons, ADDONS),
    "kafka": (KafkaCluster, KAFKAS),
    "tiers": (StorageTiers, STORES),
    "vectors": (VectorDatabase, VECTORS),
    "pool": (GpuNodePool, POOLS),
    "service": (InferenceService, SERVICES),
    "namespace": (TeamNamespace, NAMESPACES),
}


@pytest.mark.parametrize("name", COMPONENTS)
@pytest.mark.parametrize("preview", [True, False])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_accepted_is_tagged_encrypted_and_private(provision, refused, cost_tags, name, preview, data):
    component, arguments = COMPONENTS[name]
    args = data.draw(arguments)
    try:
        made = provision(lambda: component(name, {"tags": cost_tags, **args}), preview=preview)
    except InputError:
        event(f"{name} refused")
        lines = refused(lambda: component(name, {"tags": cost_tags, **args}))
        assert all(re.match(rf"{name}\.[a-z_0-9.\[\]]+: .+", line) for line in lines)
        return
    event(f"{name} accepted")
    assert made.untagged(cost_tags) == []
    assert _unlabelled(made) == []
    assert [problem for each in made.resources for problem in _problems(each, made)] == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_arguments_drawn_are_not_all_refused(provision, cost_tags, name):
    """Else the property would hold of nothing."""
    component, arguments = COMPONENTS[name]
    accepted = []

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(args=arguments)
    def draw(args):
        if len(accepted) < 2:
            try:
                accepted.append(provision(lambda: component(name, {"tags": cost_tags, **args}), preview=True))
            except InputError:
                return

    draw()
    assert len(accepted) == 2


def _unlabelled(made):
    wanted = {"project": "atlas", "team": "ml-platform", "cost-center": "cc-100"}.items()
    found = []
    for each in made.resources:
        if each.type.startswith("kubernetes:") and "Release" not in each.type:
            objects = [each.inputs["metadata"], *(pod["metadata"] for pod in _pods(each))]
            found += [each.name for labels in objects if not wanted <= labels.get("labels", {}).items()]
    return found


def _pods(each):
    spec = each.inputs.get("spec") or {}
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return [spec["template"]] if "containers" in spec.get("template", {}).get("spec", {}) else []


def _problems(each, made):
    kind, inputs = each.type.split(":")[-1], each.inputs
    check = _CHECKS.get(kind)
    if check and not check(inputs, made):
        yield f"{each.name}: {kind}"
    for pod in _pods(each):
        spec = pod["spec"]
        containers = [*spec["containers"], *spec.get("initContainers", [])]
        if not spec["securityContext"]["runAsNonRoot"] or spec["automountServiceAccountToken"] is not False:
            yield f"{each.name}: pod"
        for container in containers:
            security = container["securityContext"]
            restricted = security["capabilities"] == {"drop": ["ALL"]} and security["readOnlyRootFilesystem"]
            if not restricted or "@sha256:" not in container["image"]:
                yield f"{each.name}: container {container['name']}"


def _encrypted_bucket(inputs, made):
    rules = made.of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
    blocks = made.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    return len(rules) == len(blocks) == len(made.of("aws:s3/bucket:Bucket"))


_CHECKS = {
    "AccessPoint": lambda inputs, made: set(inputs["publicAccessBlockConfiguration"].values()) == {True},
    "Bucket": _encrypted_bucket,
    "BucketPublicAccessBlock": lambda inputs, made: {v for v in inputs.values() if isinstance(v, bool)} == {True},
    "ClusterInstance": lambda inputs, made: inputs["publiclyAccessible"] is False,
    "LaunchTemplate": lambda inputs, made: (
        inputs["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"
        and inputs["metadataOptions"]["httpTokens"] == "required"
    ),
    "LogGroup": lambda inputs, made: "kmsKeyId" in inputs and inputs["retentionInDays"] > 0,
    "Key": lambda inputs, made: inputs["enableKeyRotation"],
    "Queue": lambda inputs, made: inputs["sqsManagedSseEnabled"],
    "SecurityGroupIngressRule": lambda inputs, made: "0.0.0.0/0" not in inputs.values(),
    "Service": lambda inputs, made: inputs["spec"].get("type", "ClusterIP") == "ClusterIP",
    "StorageClass": lambda inputs, made: inputs["parameters"]["encrypted"] == "true",
    "Subnet": lambda inputs, made: inputs["mapPublicIpOnLaunch"] is False,
    # Three services have a cluster; each says in its own way that what it holds is encrypted and who may come.
    "Cluster": lambda inputs, made: (
        inputs.get("storageEncrypted")
        or (inputs.get("encryptionConfig") and inputs["vpcConfig"]["endpointPrivateAccess"])
        or (
            inputs.get("encryptionInfo", {}).get("encryptionInTransit", {}).get("clientBroker") == "TLS"
            and inputs["clientAuthentication"]["unauthenticated"] is False
        )
    ),
}
