"""VectorDatabase on Qdrant: restricted pods, TLS and a key, a volume each, copies in a bucket, walls around."""

# ruff: noqa: E501 - a message is easier to check whole

import json
import shutil
import subprocess

import pytest

from apex.plan import UNKNOWN
from components import qdrant_pods, qdrant_snapshots
from components.vector_database import VectorDatabase

IMAGE = "registry.example.com/qdrant@sha256:" + "a" * 64
SNAPSHOTS = {"bucket": "atlas-archive", "image": IMAGE, "cluster_name": "main"}
OPTIONS = {
    "namespace": "language",
    "image": IMAGE,
    "api_key_secret": "captions-key",
    "tls_secret": "captions-tls",
    "snapshots": SNAPSHOTS,
}


def make(tags, options=None, **args):
    base = {"tags": tags, "engine": "qdrant", "dimensions": 768, "qdrant": {**OPTIONS, **(options or {})}}
    return lambda: VectorDatabase("captions", {**base, **args})


def test_children_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(make(cost_tags))
    assert {r.parent_name for r in made.resources if r.custom} == {"captions"}
    assert sorted(f"{r.type.split(':')[-1]} {r.name}" for r in made.resources if r.custom) == [
        "CronJob captions-snapshots",
        "NetworkPolicy captions-allow",
        "NetworkPolicy captions-deny",
        "NetworkPolicy captions-snapshots-walls",
        "PodDisruptionBudget captions-pdb",
        "PodIdentityAssociation captions-snapshots-identity",
        "Role captions-snapshots-role",
        "RolePolicy captions-snapshots-policy",
        "Service captions-peers",
        "Service captions-service",
        "ServiceAccount captions-account",
        "ServiceAccount captions-snapshots-account",
        "StatefulSet captions-servers",
        "StorageClass captions-volumes",
    ]
    assert made.untagged(cost_tags) == []


def test_every_object_pod_and_volume_carries_the_cost_tags(provision, cost_tags):
    made = provision(make(cost_tags))
    wanted = {"team": "ml-platform", "cost-center": "cc-100", "project": "atlas"}.items()
    servers = made.one("captions-servers").inputs["spec"]
    job = made.one("captions-snapshots").inputs["spec"]["jobTemplate"]
    labelled = [r.inputs["metadata"] for r in made.resources if r.type.startswith("kubernetes:")]
    labelled += [servers["template"]["metadata"], servers["volumeClaimTemplates"][0]["metadata"]]
    labelled += [job["metadata"], job["spec"]["template"]["metadata"]]
    assert all(wanted <= metadata["labels"].items() for metadata in labelled)
    parameters = made.one("captions-volumes").inputs["parameters"]
    assert (parameters["type"], parameters["encrypted"]) == ("gp3", "true")
    assert {"team=ml-platform", "cost-center=cc-100"} <= set(parameters.values())


def test_servers_are_restricted_apart_and_speak_tls_only(provision, cost_tags):
    made = provision(make(cost_tags))
    spec = made.one("captions-servers").inputs["spec"]
    assert (spec["replicas"], spec["serviceName"], spec["podManagementPolicy"]) == (3, "captions-peers", "Parallel")
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert spec["volumeClaimTemplates"][0]["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "captions-vectors",
        "resources": {"requests": {"storage": "50Gi"}},
    }
    pod = spec["template"]["spec"]
    assert pod["securityContext"]["runAsUser"] == 1000
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    (apart,) = pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart["topologyKey"] == "kubernetes.io/hostname"
    (server,) = pod["containers"]
    assert server["securityContext"]["readOnlyRootFilesystem"]
    assert server["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert server["resources"]["requests"] == server["resources"]["limits"] == {"cpu": "2", "memory": "8Gi"}
    env = {each["name"]: each.get("value", each.get("valueFrom")) for each in server["env"]}
    assert env["QDRANT__SERVICE__ENABLE_TLS"] == env["QDRANT__CLUSTER__P2P__ENABLE_TLS"] == "true"
    assert env["PEERS"] == "captions-peers.language.svc"
    assert env["QDRANT__SERVICE__API_KEY"] == {"secretKeyRef": {"name": "captions-key", "key": "api-key"}}
    assert {mount["name"] for mount in server["volumeMounts"]} == {"init", "storage", "tls"}
    assert {server[probe]["httpGet"]["scheme"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")} == {
        "HTTPS"
    }


def test_nobody_gets_in_but_peers_and_the_copier_until_clients_are_named(provision, cost_tags):
    def ingress(made):
        return made.one("captions-allow").inputs["spec"]["ingress"]

    assert made_ports(ingress(provision(make(cost_tags)))) == [6335, 6333]
    named = provision(make(cost_tags, {"client_namespaces": ["web"]}, client_cidrs=["10.20.0.0/16"]))
    assert made_ports(ingress(named)) == [6335, 6333, 6333, 6334, 6333, 6334]
    assert ingress(named)[-1]["from"] == [{"ipBlock": {"cidr": "10.20.0.0/16"}}]
    deny = named.one("captions-deny").inputs["spec"]
    assert (deny["ingress"], deny["egress"], deny["policyTypes"]) == ([], [], ["Ingress", "Egress"])


def made_ports(rules):
    return [port["port"] for rule in rules for port in rule["ports"]]


def test_copies_go_to_one_place_with_a_role_that_can_do_nothing_else(provision, cost_tags):
    key = "arn:aws:kms:us-east-1:123456789012:key/k"
    made = provision(
        make(cost_tags, {"snapshots": {**SNAPSHOTS, "kms_key_arn": key, "schedule": "30 1 * * 0"}, "replicas": 4})
    )
    assert json.loads(made.one("captions-snapshots-policy").inputs["policy"])["Statement"] == [
        {
            "Action": ["s3:AbortMultipartUpload", "s3:PutObject"],
            "Effect": "Allow",
            "Resource": "arn:aws:s3:::atlas-archive/qdrant/captions/*",
        },
        {"Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Effect": "Allow", "Resource": key},
    ]
    identity = made.one("captions-snapshots-identity").inputs
    assert (identity["namespace"], identity["serviceAccount"]) == ("language", "captions-snapshots")
    spec = made.one("captions-snapshots").inputs["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("30 1 * * 0", "Etc/UTC", "Forbid")
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    env = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    assert env["PEERS"].split() == [f"captions-{index}.captions-peers.language.svc" for index in range(4)]
    # The copying pod sees the authority that signed the certificate, not the servers' key.
    assert pod["volumes"][0]["secret"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]


def test_one_server_is_frugal_and_three_outlive_a_zone(provision, cost_tags):
    one = provision(make(cost_tags, standby_replicas=False))
    assert one.one("captions-servers").inputs["spec"]["replicas"] == 1
    assert json.loads(one.outputs["index_definition"])["replication_factor"] == 1
    three = provision(make(cost_tags, metric="innerProduct", hnsw_links=32))
    assert json.loads(three.outputs["index_definition"]) == {
        "hnsw_config": {"ef_construct": 128, "m": 32},
        "replication_factor": 2,
        "shard_number": 3,
        "vectors": {"distance": "Dot", "on_disk": True, "size": 768},
        "write_consistency_factor": 2,
    }


def test_a_protected_database_keeps_its_volumes(provision, cost_tags):
    made = provision(make(cost_tags, deletion_protection=True))
    assert made.one("captions-servers").protect
    assert made.one("captions-volumes").inputs["reclaimPolicy"] == "Retain"
    assert provision(make(cost_tags)).one("captions-volumes").inputs["reclaimPolicy"] == "Delete"


def test_placement_and_pull_secrets_reach_servers_and_copier(provision, cost_tags):
    made = provision(
        make(
            cost_tags, {"node_selector": {"apex.io/node-pool": "general"}, "pull_secrets": ["r"], "run_as_user": 1001.0}
        )
    )
    servers = made.one("captions-servers").inputs["spec"]["template"]["spec"]
    copier = made.one("captions-snapshots").inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    for pod in (servers, copier):
        assert pod["nodeSelector"] == {"apex.io/node-pool": "general"}
        assert pod["imagePullSecrets"] == [{"name": "r"}]
    assert servers["securityContext"]["runAsUser"] == 1001


def test_outputs_are_those_of_every_vector_database(provision, cost_tags):
    made = provision(make(cost_tags))
    assert made.outputs["endpoint"] == "https://captions.language.svc:6333"
    assert made.outputs["auth"] == "api-key"
    assert made.outputs["dimensions"] == 768
    assert [made.outputs[each] for each in ("arn", "kms_key_arn", "secret_arn", "security_group_id")] == [""] * 4


def test_references_that_are_not_known_yet_pass_through(provision, cost_tags, unknown):
    made = provision(
        lambda: make(
            cost_tags,
            {
                "namespace": unknown(),
                "snapshots": {**SNAPSHOTS, "bucket": unknown(), "cluster_name": unknown(), "kms_key_arn": unknown()},
            },
        )(),
        preview=True,
    )
    assert made.outputs["endpoint"] == UNKNOWN
    assert made.one("captions-servers").inputs["metadata"]["namespace"] == UNKNOWN
    assert made.one("captions-snapshots-policy").inputs["policy"] == UNKNOWN
    assert made.untagged(cost_tags) == []


@pytest.mark.parametrize(
    ("options", "args", "message"),
    [
        ({"image": "qdrant:latest"}, {}, 'captions.qdrant.image: "qdrant:latest" has no digest, its content can change; append @sha256: and the 64 hex digits'),
        ({"replicas": 2}, {}, "captions.qdrant.replicas: 2 have no majority when one of them is lost; use 1 or at least 3"),
        ({"memory": "many"}, {}, 'captions.qdrant.memory: "many" is not a quantity above zero; write such as 500m, 2 or 8Gi'),
        ({"snapshots": None}, {}, "captions.qdrant.snapshots: is missing; name the bucket, the image and the cluster"),
        ({"snapshots": {**SNAPSHOTS, "schedule": "nightly"}}, {}, 'captions.qdrant.snapshots.schedule: "nightly" has 1 fields; write five, such as "0 19 * * 1-5"'),
        ({"snapshots": {"image": IMAGE, "bucket": "b"}}, {}, "captions.qdrant.snapshots.cluster_name: is missing; write it"),
        ({"api_key_secret": "Key"}, {}, "captions.qdrant.api_key_secret: 'Key' cannot be used; write the name of a Secret"),
        ({"colour": "red"}, {}, "captions.qdrant.colour: is not an argument; use one of api_key_secret, client_namespaces, cpu, image, memory, namespace, node_selector, pull_secrets, replicas, run_as_user, snapshots, tls_secret, volume_size_gib"),
        ({"namespace": None}, {}, "captions.qdrant.namespace: is missing; name an existing namespace"),
        ({}, {"qdrant": None}, "captions.qdrant: is missing; name at least the namespace, the image, the secrets and the snapshots"),
        ({}, {"vpc_id": "vpc-1"}, "captions.vpc_id: is of no use to qdrant, which stands in the Kubernetes cluster; leave it out"),
        ({}, {"min_capacity": 1}, "captions.min_capacity: cannot be chosen for qdrant; leave it out or choose auroraPostgresql"),
        ({}, {"engine": "opensearchServerless"}, "captions.qdrant: cannot be chosen for opensearchServerless; leave it out or choose qdrant"),
        ({}, {"dimensions": 70000}, "captions.dimensions: 70000 is out of range; use from 1 to 65535"),
    ],
)  # fmt: skip
def test_refusals_name_the_argument_the_value_and_the_fix(refused, cost_tags, options, args, message):
    assert message in refused(make(cost_tags, options, **args))


def test_the_copying_script_copies_all_and_ends_at_the_first_failure(tmp_path):
    """The script itself, against stand-ins for the two programs it calls."""
    bash = shutil.which("bash")
    assert bash is not None
    _program(
        tmp_path / "curl",
        """case "$*" in
  *lost*) exit 22 ;;
  *POST*) echo '{"result":{"name":"made.snapshot","size":1},"status":"ok"}' ;;
  *collections) echo '{"result":{"collections":[{"name":"a"},{"name":"b"}]},"status":"ok"}' ;;
  *DELETE*) echo "deleted ${@: -1}" >> "$CALLS" ;;
  *) echo content ;;
esac""",
    )
    _program(tmp_path / "aws", 'echo "${@: -1} $(cat)" >> "$CALLS"')
    calls = tmp_path / "calls"

    def run(peers):
        calls.write_text("")
        env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(calls), "PEERS": peers, "API_KEY": "k"}
        env |= {"BUCKET": "b", "PREFIX": "qdrant/captions", "EXPECTED_SIZE": "1"}
        code = subprocess.run([bash, "-c", qdrant_snapshots._COPY], env=env, check=False, timeout=20).returncode
        return code, calls.read_text().splitlines()

    code, done = run("captions-0.captions-peers captions-1.captions-peers")
    assert code == 0
    assert len(done) == 8
    assert done[0].startswith("s3://b/qdrant/captions/")
    assert done[0].endswith("/captions-0/a/made.snapshot content")
    assert done[1] == "deleted https://captions-0.captions-peers:6333/collections/a/snapshots/made.snapshot"
    code, done = run("lost-0.captions-peers captions-1.captions-peers")
    assert (code != 0, done) == (True, [])


def _program(path, body):
    path.write_text(f"#!/usr/bin/env bash\n{body}\n")
    path.chmod(0o755)


def test_the_first_server_begins_the_cluster_and_the_others_join_it(tmp_path):
    """The script itself, in the folder of a stand-in for the image's entry point."""
    bash = shutil.which("bash")
    assert bash is not None
    _program(tmp_path / "entrypoint.sh", 'echo "$*"')

    def run(host):
        env = {"PATH": "/usr/bin:/bin", "HOSTNAME": host, "PEERS": "captions-peers.language.svc"}
        command = [bash, "-c", qdrant_pods._START]
        done = subprocess.run(command, env=env, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=20)
        return done.stdout.strip()

    first = "https://captions-0.captions-peers.language.svc:6335"
    assert run("captions-0") == f"--uri {first}"
    assert run("captions-12") == f"--bootstrap {first} --uri https://captions-12.captions-peers.language.svc:6335"
