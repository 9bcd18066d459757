"""The job that makes the extension, the table and the index in Aurora PostgreSQL.

It speaks to RDS's Data API with a role of its own: no client holds a password, and the job needs no way to the port.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components import workload
from components.eks_roles import pod_identity_role
from components.nested_arguments import NestedArguments
from components.vector_options import MigrationPlan, VectorPlan

_POD_IDENTITY_AGENT = "169.254.170.23/32"

# A paused database takes some seconds to answer the first statement, hence the retries; each can be run again.
_RUN = """set -euo pipefail
for file in /migration/*.sql; do
  for attempt in 1 2 3 4 5 6; do
    if aws rds-data execute-statement --resource-arn "$CLUSTER" --secret-arn "$SECRET" --database vectors \\
      --sql "$(cat "$file")" >/dev/null; then continue 2; fi
    sleep $((attempt * 5))
  done
  exit 1
done
"""


class VectorMigration(TypedDict):
    """Where the job runs that makes the extension, the table and the index."""

    namespace: pulumi.Input[str]
    """An existing namespace."""
    cluster_name: pulumi.Input[str]
    """The EKS cluster: the job's pod gets a role that may run statements in this database and nothing else."""
    image: str
    """An image with bash and the AWS CLI, with its digest."""
    pull_secrets: NotRequired[list[str]]
    """Names of image pull secrets in the namespace. Default: none; nodes pull from ECR by their role."""


def read_migration(check: NestedArguments) -> MigrationPlan | None:
    """What the argument `migration` says; None where there is none."""
    item = check.item("migration")
    if item is None:
        return None
    item.allow_only(VectorMigration.__annotations__)
    for argument in ("namespace", "cluster_name"):
        if not item.has(argument):
            item.refuse(argument, "is missing; write it")
    image = str(item.given("image", ""))
    if not workload.has_digest(image):
        item.refuse("image", f'"{image}" has no digest, its content can change; append @sha256: and the 64 hex digits')
    return MigrationPlan(item.given("namespace", ""), item.given("cluster_name", ""), image, item.texts("pull_secrets"))


def create_migration(
    name: str,
    plan: VectorPlan,
    statements: Sequence[str],
    cluster: aws.rds.Cluster,
    key_arn: pulumi.Output[str],
    secret_arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
    after: Sequence[pulumi.Resource],
) -> None:
    """The job, its role and its walls. Other statements make another job, as a job cannot change."""
    migration = plan.migration
    assert migration is not None
    base = f"{plan.store_name}-migration"
    job = f"{base}-{hashlib.sha256(json.dumps(list(statements)).encode()).hexdigest()[:8]}"
    labels = workload.labels(base, "vector-migration", plan.tags)
    metadata = {"name": base, "namespace": migration.namespace, "labels": labels}
    role = pod_identity_role(f"{name}-migration-role", {}, plan.tags, opts)
    policy = aws.iam.RolePolicy(
        f"{name}-migration-policy",
        role=role.name,
        policy=pulumi.Output.all(cluster.arn, secret_arn, key_arn).apply(_policy),
        opts=opts,
    )
    identity = aws.eks.PodIdentityAssociation(
        f"{name}-migration-identity",
        cluster_name=migration.cluster_name,
        namespace=migration.namespace,
        service_account=base,
        role_arn=role.arn,
        tags=plan.tags.aws(Name=base),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy])),
    )
    before = [
        identity,
        kubernetes.core.v1.ServiceAccount(
            f"{name}-migration-account", metadata=metadata, automount_service_account_token=False, opts=opts
        ),
        kubernetes.core.v1.ConfigMap(
            f"{name}-migration-statements",
            metadata={**metadata, "name": job},
            data={f"{index}.sql": statement for index, statement in enumerate(statements)},
            immutable=True,
            opts=opts,
        ),
        kubernetes.networking.v1.NetworkPolicy(
            f"{name}-migration-walls",
            metadata=metadata,
            spec=workload.network_policy(
                workload.selector(base),
                [],
                [
                    workload.allow_dns(),
                    workload.allow_to_network(_POD_IDENTITY_AGENT, [80]),
                    workload.allow_to_network("0.0.0.0/0", [443]),
                ],
            ),
            opts=opts,
        ),
    ]
    kubernetes.batch.v1.Job(
        f"{name}-migration",
        metadata={**metadata, "name": job},
        spec={
            "backoffLimit": 3,
            "activeDeadlineSeconds": 900,
            "template": {"metadata": {"labels": labels}, "spec": _pod(base, job, migration, cluster.arn, secret_arn)},
        },
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[*after, *before])),
    )


def _pod(
    account: str,
    statements: str,
    migration: MigrationPlan,
    cluster_arn: pulumi.Output[str],
    secret_arn: pulumi.Output[str],
) -> dict[str, Any]:
    size = {"cpu": "250m", "memory": "256Mi"}
    pod: dict[str, Any] = {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": "Never",
        "securityContext": workload.pod_security(),
        "containers": [
            {
                "name": "migrate",
                "image": migration.image,
                "imagePullPolicy": "IfNotPresent",
                "command": ["/bin/bash", "-c", _RUN],
                "env": [
                    {"name": "CLUSTER", "value": cluster_arn},
                    {"name": "HOME", "value": "/tmp"},  # noqa: S108 - the pod's own scratch volume
                    {"name": "SECRET", "value": secret_arn},
                ],
                "resources": {"requests": size, "limits": size},
                "securityContext": workload.container_security(),
                "volumeMounts": [
                    {"name": "migration", "mountPath": "/migration", "readOnly": True},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own scratch volume
                ],
            }
        ],
        "volumes": [
            {"name": "migration", "configMap": {"name": statements}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }
    if migration.pull_secrets:
        pod["imagePullSecrets"] = [{"name": secret} for secret in migration.pull_secrets]
    return pod


def _policy(known: Sequence[str]) -> str:
    cluster, secret, key = known
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "rds-data:ExecuteStatement", "Resource": cluster},
                {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
                {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key},
            ],
        },
        sort_keys=True,
    )
