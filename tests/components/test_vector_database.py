"""VectorDatabase: the same outputs over two services, private, authenticated, encrypted and backed up."""

# ruff: noqa: E501 - a message is easier to check whole

import json

import pytest

from apex.plan import UNKNOWN
from components.vector_database import VectorDatabase
from components.vector_options import VectorEngine, VectorMetric

READER, WRITER = "arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/writer"
KEY = "arn:aws:kms:us-east-1:123456789012:captions-data"


def make(tags, subnets=2, **args):
    base = {"tags": tags, "vpc_id": "vpc-1", "subnet_ids": [f"subnet-{n}" for n in range(subnets)], "dimensions": 768}
    return lambda: VectorDatabase("captions", {**base, **args})


def names(made):
    return [f"{r.type.split(':')[-1]} {r.name}" for r in made.resources if r.custom]


def test_opensearch_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(make(cost_tags, client_cidrs=["10.20.0.0/16"], writer_role_arns=[WRITER]))
    assert {r.parent_name for r in made.resources if r.custom} == {"captions"}
    assert names(made) == [
        "SecurityGroup captions-clients",
        "Alias captions-data-alias",
        "Key captions-data",
        "ServerlessAccessPolicy captions-access",
        "ServerlessCollection captions-collection",
        "ServerlessSecurityPolicy captions-encryption",
        "ServerlessSecurityPolicy captions-network",
        "ServerlessVpcEndpoint captions-endpoint",
        "SecurityGroupIngressRule captions-vectors-cidr-0",
    ]
    assert made.untagged(cost_tags) == []


def test_aurora_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(make(cost_tags, engine=VectorEngine.AURORA_POSTGRESQL, client_security_group_ids=["sg-a"]))
    assert {r.parent_name for r in made.resources if r.custom} == {"captions"}
    assert names(made) == [
        "LogGroup captions-logs",
        "SecurityGroup captions-clients",
        "Policy captions-connect",
        "Alias captions-data-alias",
        "Key captions-data",
        "Cluster captions-cluster",
        "ClusterInstance captions-instance-0",
        "ClusterInstance captions-instance-1",
        "ClusterParameterGroup captions-parameters",
        "SubnetGroup captions-subnets",
        "SecurityGroupIngressRule captions-vectors-group-0",
    ]
    assert made.untagged(cost_tags) == []


def test_the_collection_is_encrypted_and_closed_to_the_public(provision, cost_tags):
    made = provision(make(cost_tags, reader_role_arns=[READER], writer_role_arns=[WRITER], standby_replicas=False))
    collection = made.one("aws:opensearch/serverlessCollection:ServerlessCollection").inputs
    assert (collection["name"], collection["type"], collection["standbyReplicas"]) == (
        "captions",
        "VECTORSEARCH",
        "DISABLED",
    )
    assert json.loads(made.one("captions-encryption").inputs["policy"]) == {
        "AWSOwnedKey": False,
        "KmsARN": KEY,
        "Rules": [{"Resource": ["collection/captions"], "ResourceType": "collection"}],
    }
    (network,) = json.loads(made.one("captions-network").inputs["policy"])
    assert (network["AllowFromPublic"], network["SourceVPCEs"]) == (False, ["captions-endpoint-id"])
    readers, writers = json.loads(made.one("captions-access").inputs["policy"])
    assert readers == {
        "Principal": [READER],
        "Rules": [
            {
                "Permission": ["aoss:DescribeIndex", "aoss:ReadDocument"],
                "Resource": ["index/captions/*"],
                "ResourceType": "index",
            }
        ],
    }
    assert writers["Principal"] == [WRITER]
    assert "aoss:WriteDocument" in writers["Rules"][0]["Permission"]
    assert made.outputs["auth"] == "aws-sigv4"
    assert json.loads(made.outputs["index_definition"])["mappings"]["properties"]["embedding"]["dimension"] == 768


def test_without_roles_nobody_has_data_access(provision, cost_tags):
    made = provision(make(cost_tags))
    assert made.of("aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy") == []
    assert made.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") == []


def test_aurora_is_private_encrypted_backed_up_and_knows_its_clients(provision, cost_tags):
    made = provision(make(cost_tags, engine="auroraPostgresql", client_cidrs=["10.20.0.0/16"], metric="euclidean"))
    cluster = made.one("aws:rds/cluster:Cluster").inputs
    expected = {
        "engine": "aurora-postgresql",
        "storageEncrypted": True,
        "kmsKeyId": KEY,
        "manageMasterUserPassword": True,
        "iamDatabaseAuthenticationEnabled": True,
        "backupRetentionPeriod": 7,
        "copyTagsToSnapshot": True,
        "deletionProtection": False,
        "skipFinalSnapshot": True,
        "enabledCloudwatchLogsExports": ["postgresql"],
        "serverlessv2ScalingConfiguration": {"minCapacity": 0.5, "maxCapacity": 4},
    }
    assert {key: cluster[key] for key in expected} == expected
    assert "masterPassword" not in cluster
    assert not any(r.inputs["publiclyAccessible"] for r in made.of("aws:rds/clusterInstance:ClusterInstance"))
    assert made.one("captions-parameters").inputs["parameters"][0]["name"] == "rds.force_ssl"
    assert made.one("captions-logs").inputs["name"] == "/aws/rds/cluster/captions/postgresql"
    rule = made.one("captions-vectors-cidr-0").inputs
    assert (rule["fromPort"], rule["cidrIpv4"]) == (5432, "10.20.0.0/16")
    assert made.outputs["auth"] == "aws-iam-database"
    assert made.outputs["secret_arn"] == "arn:aws:secretsmanager:us-east-1:123456789012:secret:captions-cluster"
    connect = json.loads(made.one("captions-connect").inputs["policy"])["Statement"][0]
    assert (connect["Action"], connect["Resource"]) == (
        "rds-db:connect",
        "arn:aws:rds-db:us-east-1:123456789012:dbuser:captions-cluster-cluster-resource-id/apex_vectors",
    )
    migration = made.outputs["index_definition"]
    assert "embedding vector(768)" in migration
    assert "hnsw (embedding vector_l2_ops)" in migration


def test_a_protected_database_takes_a_last_snapshot(provision, cost_tags):
    made = provision(make(cost_tags, engine="auroraPostgresql", deletion_protection=True))
    cluster = made.one("aws:rds/cluster:Cluster")
    assert cluster.protect
    assert (cluster.inputs["deletionProtection"], cluster.inputs["finalSnapshotIdentifier"]) == (True, "captions-final")


def test_a_frugal_database_pauses_and_has_no_standby(provision, cost_tags):
    made = provision(make(cost_tags, engine="auroraPostgresql", min_capacity=0, standby_replicas=False))
    scaling = made.one("aws:rds/cluster:Cluster").inputs["serverlessv2ScalingConfiguration"]
    assert scaling == {"minCapacity": 0, "maxCapacity": 4, "secondsUntilAutoPause": 3600}
    assert len(made.of("aws:rds/clusterInstance:ClusterInstance")) == 1


@pytest.mark.parametrize("engine", [VectorEngine.OPENSEARCH_SERVERLESS, VectorEngine.AURORA_POSTGRESQL])
@pytest.mark.parametrize("metric", list(VectorMetric))
def test_outputs_are_the_same_whichever_service_holds_the_vectors(provision, cost_tags, engine, metric):
    made = provision(make(cost_tags, engine=engine, metric=metric), preview=True)
    assert (made.outputs["endpoint"], made.outputs["arn"]) == (UNKNOWN, UNKNOWN)
    assert made.outputs["dimensions"] == 768
    assert isinstance(made.outputs["index_definition"], str)
    assert made.outputs["index_definition"]
    assert made.untagged(cost_tags) == []


def test_references_that_are_not_known_yet_pass_through(provision, cost_tags, unknown):
    made = provision(
        lambda: VectorDatabase(
            "captions",
            {"tags": cost_tags, "vpc_id": unknown(), "subnet_ids": [unknown(), unknown()], "dimensions": 3.0},
        ),
        preview=True,
    )
    assert made.one("captions-endpoint").inputs["subnetIds"] == [UNKNOWN, UNKNOWN]
    assert made.one("captions-collection").inputs["standbyReplicas"] == "ENABLED"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"dimensions": 0}, "captions.dimensions: 0 is out of range; use from 1 to 16000"),
        ({"dimensions": 3072, "engine": "auroraPostgresql"}, "captions.dimensions: 3072 is out of range; use from 1 to 2000"),
        ({"subnets": 1}, "captions.subnet_ids: 1 subnets; name at least two, each of another zone"),
        ({"engine": "pinecone"}, "captions.engine: 'pinecone' is not one of them; use opensearchServerless, auroraPostgresql, qdrant"),
        ({"min_capacity": 1}, "captions.min_capacity: cannot be chosen for opensearchServerless; leave it out or choose auroraPostgresql"),
        ({"engine": "auroraPostgresql", "writer_role_arns": [WRITER]}, "captions.writer_role_arns: cannot be chosen for auroraPostgresql; leave it out or choose opensearchServerless"),
        ({"engine": "auroraPostgresql", "min_capacity": 8}, "captions.max_capacity: 4 is below min_capacity (8); use 8 or more"),
        ({"engine": "auroraPostgresql", "min_capacity": 0.7}, "captions.min_capacity: 0.7 is not a multiple of 0.5; use 0.5"),
        ({"engine": "auroraPostgresql", "backup_retention_days": 0}, "captions.backup_retention_days: 0 is out of range; use from 1 to 35"),
        ({"store_name": "Captions"}, "captions.store_name: 'Captions' cannot be used; write 3 to 32 lower-case letters, digits and \"-\""),
        ({"client_cidrs": ["0.0.0.0/0"]}, "captions.client_cidrs: 0.0.0.0/0 is a public prefix; name a private one, such as the VPC's"),
        ({"hnsw_links": 64, "hnsw_candidates": 100}, "captions.hnsw_candidates: 100 is below twice hnsw_links; use 128 or more"),
        ({"engine": "auroraPostgresql", "migration": {"namespace": "n", "cluster_name": "c", "image": "aws-cli:2"}}, 'captions.migration.image: "aws-cli:2" has no digest, its content can change; append @sha256: and the 64 hex digits'),
        ({"migration": {"namespace": "n", "cluster_name": "c", "image": "i"}}, "captions.migration: cannot be chosen for opensearchServerless; leave it out or choose auroraPostgresql"),
    ],
)  # fmt: skip
def test_refusals_name_the_argument_the_value_and_the_fix(refused, cost_tags, args, message):
    assert message in refused(make(cost_tags, **args))


MIGRATION = {
    "namespace": "language",
    "cluster_name": "main",
    "image": "registry.example.com/aws-cli@sha256:" + "a" * 64,
}


def migrated(tags, **args):
    return make(tags, engine="auroraPostgresql", migration=MIGRATION, **args)


def test_a_migration_s_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(migrated(cost_tags))
    plain = provision(make(cost_tags, engine="auroraPostgresql"))
    assert {r.parent_name for r in made.resources if r.custom} == {"captions"}
    assert sorted(set(names(made)) - set(names(plain))) == [
        "ConfigMap captions-migration-statements",
        "Job captions-migration",
        "NetworkPolicy captions-migration-walls",
        "PodIdentityAssociation captions-migration-identity",
        "Role captions-migration-role",
        "RolePolicy captions-migration-policy",
        "ServiceAccount captions-migration-account",
    ]
    assert set(names(plain)) < set(names(made))
    assert made.untagged(cost_tags) == []


def test_the_migration_runs_every_statement_with_no_password_and_no_other_right(provision, cost_tags):
    made = provision(migrated(cost_tags))
    job, statements = made.one("captions-migration").inputs, made.one("captions-migration-statements").inputs
    texts = [statements["data"][f"{index}.sql"] for index in range(len(statements["data"]))]
    assert "\n".join([*texts, ""]) == made.outputs["index_definition"]
    assert statements["immutable"]
    assert job["metadata"]["name"] == statements["metadata"]["name"]
    pod = job["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    assert {each["name"]: each["value"] for each in pod["containers"][0]["env"]} == {
        "CLUSTER": "arn:aws:rds:us-east-1:123456789012:captions-cluster",
        "HOME": "/tmp",
        "SECRET": "arn:aws:secretsmanager:us-east-1:123456789012:secret:captions-cluster",
    }
    assert json.loads(made.one("captions-migration-policy").inputs["policy"])["Statement"] == [
        {
            "Action": "rds-data:ExecuteStatement",
            "Effect": "Allow",
            "Resource": "arn:aws:rds:us-east-1:123456789012:captions-cluster",
        },
        {
            "Action": "secretsmanager:GetSecretValue",
            "Effect": "Allow",
            "Resource": "arn:aws:secretsmanager:us-east-1:123456789012:secret:captions-cluster",
        },
        {"Action": "kms:Decrypt", "Effect": "Allow", "Resource": KEY},
    ]
    assert made.one("captions-cluster").inputs["enableHttpEndpoint"] is True
    assert (
        "enableHttpEndpoint" not in provision(make(cost_tags, engine="auroraPostgresql")).one("captions-cluster").inputs
    )


def test_other_statements_make_another_job(provision, cost_tags):
    def name(**args):
        return provision(migrated(cost_tags, **args)).one("captions-migration").inputs["metadata"]["name"]

    assert name().startswith("captions-migration-")
    assert name() == name()
    assert name() != name(hnsw_links=32)
