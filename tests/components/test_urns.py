"""The renaming guard: the URN of everything that each variant of each component has, and had before.

A URN is a resource's name and its parents; where either changes, existing stacks lose the resource and get another in
its place. A change that is wanted needs `aliases` in the component; then write the snapshots anew with
`APEX_WRITE_URNS=1 .venv/bin/pytest tests/components/test_urns.py` and read the difference before committing it.
"""

import os
from pathlib import Path

import pytest

from components import package

SNAPSHOTS = Path(__file__).parent / "urns"
WRITE = os.environ.get("APEX_WRITE_URNS") == "1"

DIGEST = "registry.example.com/captioner@sha256:" + "a" * 64
ARN = "arn:aws:iam::123456789012:role/"
SUBNETS = ["subnet-a", "subnet-b", "subnet-c"]
PLACE = {"vpc_id": "vpc-1", "subnet_ids": SUBNETS}
NODES = {"cluster_name": "main", "node_role_arn": f"{ARN}nodes", "subnet_ids": SUBNETS}
GPUS = {**NODES, "instance_types": ["g5.xlarge"], "max_size": 4}
HOURS = {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"}
PROMETHEUS = "http://prometheus.monitoring.svc:9090"
METRICS = [{"name": "error_rate", "maximum": 0.01}]
SERVER = {"namespace": "vision", "image": DIGEST, "cpu": "2", "memory": "8Gi", "min_replicas": 2, "max_replicas": 4}
AVRO = '{"type": "record", "name": "Frame", "fields": [{"name": "camera", "type": "string"}]}'
POLICY = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "pin-images.example.com"},
    "spec": {"validations": [{"expression": "true"}]},
}
LAKE = {"bucket": "lake-raw", "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/lake"}
S3 = {"kind": "s3", "bucket": "lake-raw", "prefix": "frames/"}
TO_S3 = {"kind": "s3", "bucket": "lake-curated", "prefix": "labels/{date}/"}

CASES = {
    "AdmissionPolicies": {"one": {"manifests": [POLICY]}},
    "ClusterAddons": {
        "all": {
            "cluster_name": "main",
            "addons": ["argoRollouts", "clusterAutoscaler", "dcgmExporter", "karpenter", "keda", "prometheus"],
            "node_role_arn": f"{ARN}nodes",
        }
    },
    "CostBudget": {
        "cost-center": {"amount": "1000", "emails": ["a@example.com"]},
        "project": {"amount": "9", "emails": ["a@example.com"], "scope": {"project": "atlas"}, "period": "DAILY"},
    },
    "CpuNodePool": {"managed": {**NODES, "instance_types": ["m6i.xlarge"], "min_size": 1, "max_size": 3}},
    "DataContract": {
        "objects": {
            "dataset": "vision.frames",
            "bucket_arn": "arn:aws:s3:::lake-curated",
            "role_arns": {"engineer": f"{ARN}engineer", "officer": f"{ARN}officer"},
            "access": {"read": ["engineer"], "write": ["engineer"], "delete": ["officer"]},
            "allowed_regions": ["us-east-1"],
        }
    },
    "DataPipeline": {
        "labels": {
            "source": S3,
            "steps": [{"name": "labels", "processor": "aws-rekognition"}],
            "destination": TO_S3,
            "storage": LAKE,
            "latency_seconds": 3600,
            "daily_limit": "20",
            "emails": ["a@example.com"],
        },
    },
    "DataRoles": {"two": {"roles": ["engineer", "officer"]}},
    "GpuNodePool": {
        "managed": {**GPUS, "capacity_type": "SPOT", "on_demand_base": 1, "office_hours": HOURS},
        "shared": {**GPUS, "sharing": {"time_slices": 4}},
        "efa": {**GPUS, "instance_types": ["p4d.24xlarge"], "efa": True, "security_group_ids": ["sg-1"]},
        "karpenter": {
            **GPUS,
            "provisioner": "KARPENTER",
            "security_group_ids": ["sg-1"],
            "capacity_type": "SPOT",
            "on_demand_base": 1,
        },
    },
    "InferenceService": {
        "plain": SERVER,
        "canary": {
            **SERVER,
            "service_monitor": True,
            "release": {"strategy": "canary", "metrics": METRICS, "prometheus_address": PROMETHEUS},
        },
        "gpu-scaled": {**SERVER, "gpus": 1, "scaling": {"signal": "gpu", "prometheus_address": PROMETHEUS}},
        "model": {
            **SERVER,
            "model": {
                "s3_uri": "s3://models/captioner.tar.gz",
                "sha256": "b" * 64,
                "loader_image": DIGEST,
                "size_gib": 40,
            },
            "permissions": {"cluster_name": "main"},
        },
    },
    "KafkaCluster": {
        "standard": {
            **PLACE,
            "max_volume_size_gib": 200,
            "client_cidrs": ["10.20.0.0/16"],
            "client_security_group_ids": ["sg-1"],
            "topics": [{"name": "frames", "partitions": 6}],
            "principals": [{"name": "camera", "produce": ["frames"], "role_name": "camera"}],
            "schemas": [{"name": "frames", "format": "AVRO", "definition": AVRO}],
        },
        "express": {**PLACE, "kind": "express"},
        "serverless": {**PLACE, "kind": "serverless", "client_cidrs": ["10.20.0.0/16"]},
    },
    "KubernetesCluster": {
        "private": {
            "version": "1.35",
            "subnet_ids": SUBNETS,
            "system_instance_types": ["m6i.large"],
            "system_min_size": 2,
            "system_max_size": 4,
            "access": [{"name": "ops", "principal_arn": f"{ARN}ops", "permission": "AmazonEKSAdminPolicy"}],
        }
    },
    "ModelService": {
        "governed": {
            "governance": {"demographic_parity_difference": "0.1"},
            "audit_retention_days": 365,
            "daily_limit": "80",
            "emails": ["a@example.com"],
        }
    },
    "Network": {
        "single": {"cidr": "10.20.0.0/16"},
        "per-zone": {"cidr": "10.20.0.0/16", "zone_count": 3, "nat": "perZone", "cluster_name": "main"},
        "isolated": {"cidr": "10.20.0.0/16", "nat": "none"},
    },
    "StorageTiers": {
        "default": {},
        "all": {
            "tiers": [
                {"name": "raw", "inventory": True, "events": True},
                {"name": "archive", "object_lock": {"retention_days": 30}, "replicate_to_region": "eu-west-1"},
            ],
            "allowed_regions": ["eu-west-1"],
        },
    },
    "TeamNamespace": {
        "team": {
            "cpu": "16",
            "memory": "64Gi",
            "gpus": 2,
            "developer_groups": ["developers"],
            "viewer_groups": ["auditors"],
        }
    },
    "VectorDatabase": {
        "opensearch": {**PLACE, "dimensions": 768, "client_cidrs": ["10.20.0.0/16"]},
        "aurora": {
            **PLACE,
            "dimensions": 768,
            "engine": "auroraPostgresql",
            "migration": {"namespace": "vision", "cluster_name": "main", "image": DIGEST},
        },
        "qdrant": {
            "dimensions": 768,
            "engine": "qdrant",
            "qdrant": {
                "namespace": "vision",
                "image": DIGEST,
                "api_key_secret": "key",
                "tls_secret": "tls",
                "snapshots": {"bucket": "atlas-archive", "image": DIGEST, "cluster_name": "main"},
            },
        },
    },
    "WorkloadManifest": {
        "service": {
            "namespace": "vision",
            "manifests": [
                {
                    "apiVersion": "v1",
                    "kind": "Service",
                    "metadata": {"name": "captions"},
                    "spec": {"selector": {"app": "captions"}, "ports": [{"port": 80}]},
                }
            ],
        }
    },
}


def urns(provision, name, args, tags):
    kind = next(each for each in package.COMPONENTS if each.__name__ == name)
    given = {**args, "tags": tags} if name != "ModelService" else {**args, "service": {**SERVER, "tags": tags}}
    return sorted(each.urn for each in provision(lambda: kind("example", given)).resources)


def test_every_component_is_guarded():
    assert sorted(CASES) == [each.__name__ for each in package.COMPONENTS]
    if not WRITE:
        assert sorted(file.stem for file in SNAPSHOTS.iterdir()) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags, name):
    lines = []
    for variant, args in CASES[name].items():
        lines += [f"# {variant}", *urns(provision, name, args, cost_tags), ""]
    file = SNAPSHOTS / f"{name}.txt"
    if WRITE:
        SNAPSHOTS.mkdir(exist_ok=True)
        file.write_text("\n".join(lines), encoding="utf-8")
    assert file.read_text(encoding="utf-8").splitlines() == "\n".join(lines).splitlines()


def test_a_new_name_is_noticed(provision, cost_tags):
    """The guard itself: another name of the component gives other URNs for all that is in it."""
    kept = (SNAPSHOTS / "CostBudget.txt").read_text(encoding="utf-8").splitlines()
    args = {**CASES["CostBudget"]["cost-center"], "tags": cost_tags}
    renamed = provision(lambda: package.CostBudget("renamed", args))
    assert renamed.resources
    assert not {each.urn for each in renamed.resources} & set(kept)
