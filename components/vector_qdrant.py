"""Vectors in Qdrant, on the Kubernetes cluster itself."""

import json
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components import workload
from components.cron import problem_with_cron
from components.eks_addons import gp3_parameters
from components.nested_arguments import NestedArguments
from components.qdrant_pods import HTTP_PORT, network_policies, service_ports, stateful_set
from components.qdrant_snapshots import create_snapshots
from components.vector_options import MadeStore, QdrantPlan, VectorMetric, VectorPlan

_DISTANCES = {VectorMetric.COSINE: "Cosine", VectorMetric.EUCLIDEAN: "Euclid", VectorMetric.INNER_PRODUCT: "Dot"}
_OBJECT_NAME = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"
_USER = 1000


class QdrantSnapshots(TypedDict):
    """Copies of everything in Qdrant, in a bucket."""

    bucket: pulumi.Input[str]
    """The bucket; copies lie under qdrant/ and the database's name, and age by the bucket's own rules."""
    image: str
    """An image with bash, curl and the AWS CLI, with its digest."""
    cluster_name: pulumi.Input[str]
    """The EKS cluster that runs it: the copying pods get a role that may write there and nothing else."""
    kms_key_arn: NotRequired[pulumi.Input[str]]
    """The key that the bucket is encrypted with. Default: none, S3's own."""
    schedule: NotRequired[str]
    """When copies are made, as a cron expression of five fields in UTC. Default: "0 3 * * *", every night."""


class QdrantOptions(TypedDict):
    """What Qdrant needs to know of the cluster that it runs on."""

    namespace: pulumi.Input[str]
    """An existing namespace."""
    image: str
    """Qdrant's unprivileged image, with its digest."""
    api_key_secret: str
    """A Secret in the namespace whose `api-key` every client must present. Only its name is needed here."""
    tls_secret: str
    """A Secret in the namespace with `tls.crt`, `tls.key` and `ca.crt`. The certificate is for the service and, as
    `*.NAME-peers.NAMESPACE.svc`, for each replica."""
    snapshots: QdrantSnapshots
    """Where copies go; a database without any cannot be had."""
    replicas: NotRequired[int]
    """How many servers share the vectors; 2 is refused, as two have no majority when one is lost. Default: 3, or 1
    where standby replicas are not wanted."""
    cpu: NotRequired[str]
    """CPU of each, requested and limited. Default: 2."""
    memory: NotRequired[str]
    """Memory of each, requested and limited. Default: 8Gi."""
    volume_size_gib: NotRequired[int]
    """The volume of each, which also holds a copy while it is made. Default: 50."""
    client_namespaces: NotRequired[list[str]]
    """Namespaces whose pods may connect. Default: none."""
    node_selector: NotRequired[dict[str, str]]
    """Labels of the nodes that it runs on. Default: any."""
    pull_secrets: NotRequired[list[str]]
    """Names of image pull secrets in the namespace. Default: none; nodes pull from ECR by their role."""
    run_as_user: NotRequired[int]
    """The user id of the image. Default: 1000, that of Qdrant's unprivileged images."""


def read_qdrant(check: NestedArguments, *, standby: bool) -> QdrantPlan | None:
    """What the argument `qdrant` says; None where it is missing, which is refused."""
    options = check.item("qdrant")
    if options is None:
        check.refuse("qdrant", "is missing; name at least the namespace, the image, the secrets and the snapshots")
        return None
    options.allow_only(QdrantOptions.__annotations__)
    if not options.has("namespace"):
        options.refuse("namespace", "is missing; name an existing namespace")
    replicas = options.whole("replicas", 3 if standby else 1, least=1, most=50)
    if replicas == 2:
        options.refuse("replicas", "2 have no majority when one of them is lost; use 1 or at least 3")
    snapshots = options.item("snapshots")
    if snapshots is None:
        options.refuse("snapshots", "is missing; name the bucket, the image and the cluster")
        snapshots = NestedArguments("", {})
    else:
        _check_snapshots(snapshots)
    return QdrantPlan(
        namespace=options.given("namespace", ""),
        image=_image(options),
        api_key_secret=options.text("api_key_secret", _OBJECT_NAME, "the name of a Secret"),
        tls_secret=options.text("tls_secret", _OBJECT_NAME, "the name of a Secret"),
        replicas=replicas,
        cpu=options.quantity("cpu", "2"),
        memory=options.quantity("memory", "8Gi"),
        volume_gib=options.whole("volume_size_gib", 50, least=1, most=16_384),
        client_namespaces=options.texts("client_namespaces"),
        node_selector=dict(options.given("node_selector", {})),
        pull_secrets=options.texts("pull_secrets"),
        user=options.whole("run_as_user", _USER, least=1),
        snapshot_bucket=snapshots.given("bucket", ""),
        snapshot_image=snapshots.given("image", ""),
        snapshot_key_arn=snapshots.given("kms_key_arn", None),
        snapshot_schedule=snapshots.given("schedule", "0 3 * * *"),
        cluster_name=snapshots.given("cluster_name", ""),
    )


def _check_snapshots(snapshots: NestedArguments) -> None:
    snapshots.allow_only(QdrantSnapshots.__annotations__)
    for argument in ("bucket", "cluster_name"):
        if not snapshots.has(argument):
            snapshots.refuse(argument, "is missing; write it")
    _image(snapshots)
    if problem := problem_with_cron(str(snapshots.given("schedule", "0 3 * * *"))):
        snapshots.refuse("schedule", problem)


def _image(check: NestedArguments) -> str:
    image = str(check.given("image", ""))
    if not workload.has_digest(image):
        check.refuse("image", f'"{image}" has no digest, its content can change; append @sha256: and the 64 hex digits')
    return image


def create_qdrant(name: str, plan: VectorPlan, parent: pulumi.Resource) -> MadeStore:
    """Qdrant's servers, each with a volume of its own, and the job that copies what they hold."""
    qdrant = plan.qdrant
    assert qdrant is not None
    store = plan.store_name
    child = pulumi.ResourceOptions(parent=parent)
    labels = workload.labels(store, "vector-database", plan.tags)

    def metadata(suffix: str = "") -> dict[str, Any]:
        return {"name": f"{store}{suffix}", "namespace": qdrant.namespace, "labels": labels}

    volumes = kubernetes.storage.v1.StorageClass(
        f"{name}-volumes",
        metadata={"name": f"{store}-vectors", "labels": labels},
        provisioner="ebs.csi.aws.com",
        # A class of its own: volumes made by the cluster's would carry the cluster's cost tags, not these.
        parameters=gp3_parameters(plan.tags),
        reclaim_policy="Retain" if plan.protect else "Delete",
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        opts=child,
    )
    account = kubernetes.core.v1.ServiceAccount(
        f"{name}-account", metadata=metadata(), automount_service_account_token=False, opts=child
    )
    walls = [
        kubernetes.networking.v1.NetworkPolicy(
            f"{name}-{suffix}", metadata=metadata(f"-{suffix}"), spec=spec, opts=child
        )
        for suffix, spec in network_policies(plan, qdrant).items()
    ]
    match = workload.selector(store)
    peers = kubernetes.core.v1.Service(
        f"{name}-peers",
        metadata=metadata("-peers"),
        # Servers find one another before they are ready, or none would ever be.
        spec={
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": match,
            "ports": service_ports(peers=True),
        },
        opts=child,
    )
    service = kubernetes.core.v1.Service(
        f"{name}-service",
        metadata=metadata(),
        spec={"type": "ClusterIP", "selector": match, "ports": service_ports(peers=False)},
        opts=child,
    )
    kubernetes.policy.v1.PodDisruptionBudget(
        f"{name}-pdb",
        metadata=metadata(),
        spec={"selector": {"matchLabels": match}, "maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
        opts=child,
    )
    servers = kubernetes.apps.v1.StatefulSet(
        f"{name}-servers",
        metadata=metadata(),
        spec=stateful_set(plan, qdrant, labels),
        opts=pulumi.ResourceOptions(
            parent=parent, protect=plan.protect or None, depends_on=[volumes, account, peers, *walls]
        ),
    )
    create_snapshots(name, plan, qdrant, parent, servers)
    return MadeStore(
        endpoint=pulumi.Output.concat(
            "https://",
            service.metadata.apply(lambda known: str(known["name"])),
            ".",
            qdrant.namespace,
            f".svc:{HTTP_PORT}",
        ),
        arn=pulumi.Output.from_input(""),
        auth="api-key",
        kms_key_arn=pulumi.Output.from_input(""),
        secret_arn=pulumi.Output.from_input(""),
        connect_policy_arn=pulumi.Output.from_input(""),
        index_definition=_collection(plan, qdrant),
    )


def _collection(plan: VectorPlan, qdrant: QdrantPlan) -> str:
    """The body that makes the collection: as many shards as servers, each on two of them where there are three."""
    return json.dumps(
        {
            "vectors": {"size": plan.dimensions, "distance": _DISTANCES[plan.metric], "on_disk": True},
            "hnsw_config": {"m": plan.links, "ef_construct": plan.ef_construction},
            "replication_factor": min(2, qdrant.replicas),
            "shard_number": qdrant.replicas,
            "write_consistency_factor": min(2, qdrant.replicas),
        },
        sort_keys=True,
    )
