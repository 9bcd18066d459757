"""Vectors in Aurora PostgreSQL Serverless v2, with pgvector."""

import pulumi
import pulumi_aws as aws

from components.keys import Account, create_key
from components.vector_migration import create_migration
from components.vector_options import MadeStore, VectorMetric, VectorPlan

_MAJOR_VERSION = "16"
_USER = "apex_vectors"
_OPERATORS = {
    VectorMetric.COSINE: "vector_cosine_ops",
    VectorMetric.EUCLIDEAN: "vector_l2_ops",
    VectorMetric.INNER_PRODUCT: "vector_ip_ops",
}


def create_database(name: str, plan: VectorPlan, group_id: pulumi.Output[str], parent: pulumi.Resource) -> MadeStore:
    """The cluster and its instances: a writer, and a reader in another zone where standby replicas are asked for."""
    child = pulumi.ResourceOptions(parent=parent)
    kept = pulumi.ResourceOptions(parent=parent, protect=plan.protect or None)
    account = Account.of(parent)
    log_group = f"/aws/rds/cluster/{plan.store_name}/postgresql"
    key = create_key(f"{name}-data", "Vectors", plan.tags, account, kept, log_group=log_group)
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        name=log_group,
        retention_in_days=plan.log_days,
        kms_key_id=key.arn,
        tags=plan.tags.aws(Name=f"{name}-logs"),
        opts=child,
    )
    subnets = aws.rds.SubnetGroup(
        f"{name}-subnets",
        description="Private subnets of the vector database",
        subnet_ids=list(plan.subnet_ids),
        tags=plan.tags.aws(Name=f"{name}-subnets"),
        opts=child,
    )
    parameters = aws.rds.ClusterParameterGroup(
        f"{name}-parameters",
        family=f"aurora-postgresql{_MAJOR_VERSION}",
        description="TLS only",
        parameters=[{"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"}],
        tags=plan.tags.aws(Name=f"{name}-parameters"),
        opts=child,
    )
    cluster = aws.rds.Cluster(
        f"{name}-cluster",
        cluster_identifier=plan.store_name,
        engine="aurora-postgresql",
        engine_version=_MAJOR_VERSION,
        database_name="vectors",
        master_username="apex_owner",
        manage_master_user_password=True,
        master_user_secret_kms_key_id=key.key_id,
        iam_database_authentication_enabled=True,
        storage_encrypted=True,
        kms_key_id=key.arn,
        db_subnet_group_name=subnets.name,
        db_cluster_parameter_group_name=parameters.name,
        vpc_security_group_ids=[group_id],
        serverlessv2_scaling_configuration={
            "min_capacity": plan.min_capacity,
            "max_capacity": plan.max_capacity,
            **({"seconds_until_auto_pause": 3600} if plan.min_capacity == 0 else {}),
        },
        backup_retention_period=plan.backup_days,
        copy_tags_to_snapshot=True,
        delete_automated_backups=not plan.protect,
        deletion_protection=plan.protect,
        skip_final_snapshot=not plan.protect,
        final_snapshot_identifier=f"{plan.store_name}-final" if plan.protect else None,
        enabled_cloudwatch_logs_exports=["postgresql"],
        # The migration speaks to the Data API, whose door is IAM; without one that door stays shut.
        enable_http_endpoint=True if plan.migration else None,
        tags=plan.tags.aws(Name=f"{name}-cluster"),
        opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[logs])),
    )
    instances = [
        aws.rds.ClusterInstance(
            f"{name}-instance-{index}",
            cluster_identifier=cluster.id,
            engine="aurora-postgresql",
            engine_version=_MAJOR_VERSION,
            instance_class="db.serverless",
            db_subnet_group_name=subnets.name,
            publicly_accessible=False,
            auto_minor_version_upgrade=True,
            copy_tags_to_snapshot=True,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=key.arn,
            performance_insights_retention_period=7,  # longer is billed
            tags=plan.tags.aws(Name=f"{name}-instance-{index}"),
            opts=child,
        )
        for index in range(2 if plan.standby_replicas else 1)
    ]
    secret_arn: pulumi.Output[str] = cluster.master_user_secrets.apply(
        lambda secrets: secrets[0]["secret_arn"] if secrets else ""
    )
    if plan.migration is not None:
        create_migration(name, plan, _statements(plan), cluster, key.arn, secret_arn, child, instances)
    connect = aws.iam.Policy(
        f"{name}-connect",
        description=f"Connect to {name} as {_USER}",
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "rds-db:connect",
                        "Resource": pulumi.Output.concat(
                            account.arn("rds-db", "dbuser:"), cluster.cluster_resource_id, f"/{_USER}"
                        ),
                    }
                ],
            }
        ),
        tags=plan.tags.aws(Name=f"{name}-connect"),
        opts=child,
    )
    return MadeStore(
        endpoint=cluster.endpoint,
        arn=cluster.arn,
        auth="aws-iam-database",
        kms_key_arn=key.arn,
        secret_arn=secret_arn,
        connect_policy_arn=connect.arn,
        index_definition="\n".join([*_statements(plan), ""]),
    )


def _statements(plan: VectorPlan) -> list[str]:
    """What makes the user, the table and its index; running it again changes nothing."""
    return [
        "CREATE EXTENSION IF NOT EXISTS vector;",
        "\n".join(
            (
                "DO $$ BEGIN",
                f"  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{_USER}') THEN",
                f"    CREATE ROLE {_USER} LOGIN;",
                "  END IF;",
                "END $$;",
            )
        ),
        f"GRANT rds_iam TO {_USER};",
        "\n".join(
            (
                "CREATE TABLE IF NOT EXISTS embeddings (",
                "  id text PRIMARY KEY,",
                "  attributes jsonb NOT NULL DEFAULT '{}',",
                f"  embedding vector({plan.dimensions}) NOT NULL",
                ");",
            )
        ),
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON embeddings TO {_USER};",
        "\n".join(
            (
                "CREATE INDEX IF NOT EXISTS embeddings_by_distance ON embeddings",
                f"  USING hnsw (embedding {_OPERATORS[plan.metric]})",
                f"  WITH (m = {plan.links}, ef_construction = {plan.ef_construction});",
            )
        ),
    ]
