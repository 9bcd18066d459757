"""Copies of what Qdrant holds, made by a job whose role may write them to one place and do nothing else."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components import workload
from components.eks_roles import pod_identity_role
from components.qdrant_pods import HTTP_PORT, TLS, api_key, peers_domain, placement
from components.vector_options import QdrantPlan, VectorPlan

_POD_IDENTITY_AGENT = "169.254.170.23/32"

# Nothing is written to disk on the way: a copy can be larger than any scratch volume. A failed question ends the job.
_COPY = """set -euo pipefail
ask() { curl --fail --silent --show-error --cacert /tls/ca.crt --header "api-key: $API_KEY" "$@"; }
names() { grep -o '"name":"[^"]*"' | cut -d'"' -f4 || true; }
for peer in $PEERS; do
  collections=$(ask "https://$peer:6333/collections")
  for collection in $(names <<<"$collections"); do
    made=$(ask --request POST "https://$peer:6333/collections/$collection/snapshots?wait=true" | names)
    test -n "$made"
    path="https://$peer:6333/collections/$collection/snapshots/$made"
    ask "$path" | aws s3 cp --only-show-errors --expected-size "$EXPECTED_SIZE" - \\
      "s3://$BUCKET/$PREFIX/$(date -u +%Y-%m-%d)/${peer%%.*}/$collection/$made"
    ask --request DELETE "$path" >/dev/null
  done
done
"""


def create_snapshots(
    name: str, plan: VectorPlan, qdrant: QdrantPlan, parent: pulumi.Resource, servers: pulumi.Resource
) -> None:
    """The job, its role and its walls."""
    child = pulumi.ResourceOptions(parent=parent)
    job = f"{plan.store_name}-snapshots"
    prefix = f"qdrant/{plan.store_name}"
    metadata = {
        "name": job,
        "namespace": qdrant.namespace,
        "labels": workload.labels(job, "vector-snapshots", plan.tags),
    }
    role = pod_identity_role(f"{name}-snapshots-role", {}, plan.tags, child)
    partition = aws.get_partition_output(opts=pulumi.InvokeOptions(parent=parent)).partition
    bucket_arn = pulumi.Output.concat("arn:", partition, ":s3:::", qdrant.snapshot_bucket)
    policy = aws.iam.RolePolicy(
        f"{name}-snapshots-policy",
        role=role.name,
        policy=pulumi.Output.all(bucket_arn, qdrant.snapshot_key_arn).apply(lambda known: _policy(known, prefix)),
        opts=child,
    )
    identity = aws.eks.PodIdentityAssociation(
        f"{name}-snapshots-identity",
        cluster_name=qdrant.cluster_name,
        namespace=qdrant.namespace,
        service_account=job,
        role_arn=role.arn,
        tags=plan.tags.aws(Name=job),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[policy]),
    )
    account = kubernetes.core.v1.ServiceAccount(
        f"{name}-snapshots-account", metadata=metadata, automount_service_account_token=False, opts=child
    )
    walls = kubernetes.networking.v1.NetworkPolicy(
        f"{name}-snapshots-walls",
        metadata=metadata,
        spec=workload.network_policy(
            workload.selector(job),
            [],
            [
                workload.allow_dns(),
                {
                    "to": [{"podSelector": {"matchLabels": workload.selector(plan.store_name)}}],
                    "ports": [{"protocol": "TCP", "port": HTTP_PORT}],
                },
                workload.allow_to_network(_POD_IDENTITY_AGENT, [80]),
                workload.allow_to_network("0.0.0.0/0", [443]),
            ],
        ),
        opts=child,
    )
    kubernetes.batch.v1.CronJob(
        f"{name}-snapshots",
        metadata=metadata,
        spec={
            "schedule": qdrant.snapshot_schedule,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "metadata": {"labels": metadata["labels"]},
                "spec": {
                    "backoffLimit": 2,
                    "activeDeadlineSeconds": 4 * 3600,
                    "ttlSecondsAfterFinished": 3 * 86_400,
                    "template": {"metadata": {"labels": metadata["labels"]}, "spec": _pod(job, plan, qdrant, prefix)},
                },
            },
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[servers, identity, account, walls]),
    )


def _pod(job: str, plan: VectorPlan, qdrant: QdrantPlan, prefix: str) -> dict[str, Any]:
    peers = peers_domain(plan, qdrant).apply(
        lambda domain: " ".join(f"{plan.store_name}-{index}.{domain}" for index in range(qdrant.replicas))
    )
    size = {"cpu": "500m", "memory": "1Gi"}
    env: list[dict[str, Any]] = [
        api_key("API_KEY", qdrant),
        {"name": "BUCKET", "value": qdrant.snapshot_bucket},
        # From it the client chooses parts that are large enough: there can be 10,000 of them and no more.
        {"name": "EXPECTED_SIZE", "value": str(qdrant.volume_gib * 1024**3)},
        {"name": "HOME", "value": "/tmp"},  # noqa: S108 - the pod's own scratch volume
        {"name": "PEERS", "value": peers},
        {"name": "PREFIX", "value": prefix},
    ]
    return {
        "serviceAccountName": job,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": "Never",
        "securityContext": workload.pod_security(),
        "containers": [
            {
                "name": "copy",
                "image": qdrant.snapshot_image,
                "imagePullPolicy": "IfNotPresent",
                "command": ["/bin/bash", "-c", _COPY],
                "env": env,
                "resources": {"requests": size, "limits": size},
                "securityContext": workload.container_security(),
                "volumeMounts": [
                    {"name": "tls", "mountPath": TLS, "readOnly": True},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own scratch volume
                ],
            }
        ],
        "volumes": [
            {
                "name": "tls",
                "secret": {
                    "secretName": qdrant.tls_secret,
                    "defaultMode": 0o440,
                    "items": [{"key": "ca.crt", "path": "ca.crt"}],
                },
            },
            {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
        ],
        **placement(qdrant),
    }


def _policy(known: Sequence[str | None], prefix: str) -> str:
    bucket, key = known
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:PutObject"],
            "Resource": f"{bucket}/{prefix}/*",
        }
    ]
    if key is not None:
        statements.append({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key})
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
