"""KafkaCluster: standard, express and serverless; who gets in; what is refused."""

# ruff: noqa: E501 - a message is easier to check whole

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apex.errors import InputError
from apex.plan import UNKNOWN
from components.kafka_cluster import KafkaCluster, KafkaMonitoring
from components.kafka_options import CleanupPolicy, KafkaKind

CA = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/a"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:AmazonMSK_users-abcdef"
AVRO = '{"type": "record", "name": "Frame", "fields": [{"name": "camera", "type": "string"}]}'


def make(tags, zones=3, **args):
    base = {"tags": tags, "vpc_id": "vpc-1", "subnet_ids": [f"subnet-{n}" for n in range(zones)]}
    return lambda: KafkaCluster("events", {**base, **args})


def names(made):
    return [f"{r.type.split(':')[-1]} {r.name}" for r in made.resources if r.custom]


def test_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(
        make(
            cost_tags,
            zones=2,
            volume_size_gib=50,
            max_volume_size_gib=200,
            client_cidrs=["10.20.0.0/16"],
            topics=[{"name": "frames", "partitions": 6}],
            principals=[{"name": "camera", "produce": ["frames"], "role_name": "camera"}],
            schemas=[{"name": "frames", "format": "AVRO", "definition": AVRO}],
            authentication=["iam", "scram"],
            scram_secret_arns=[SECRET],
        )
    )
    assert {r.parent_name for r in made.resources if r.custom} == {"events"}
    assert names(made) == [
        "Policy events-storage",
        "Target events-storage",
        "LogGroup events-logs",
        "SecurityGroup events-brokers",
        "Registry events-schemas",
        "Schema events-schema-frames",
        "Policy events-camera-access",
        "RolePolicyAttachment events-camera-access",
        "Alias events-data-alias",
        "Key events-data",
        "Cluster events-cluster",
        "Configuration events-configuration",
        "SingleScramSecretAssociation events-scram-0",
        "Topic events-topic-frames",
        "SecurityGroupIngressRule events-iam-cidr-0",
        "SecurityGroupIngressRule events-scram-cidr-0",
    ]
    assert made.untagged(cost_tags) == []


def test_standard_brokers_are_encrypted_authenticated_and_logged(provision, cost_tags):
    made = provision(make(cost_tags, instance_type="kafka.m7g.xlarge", brokers_per_zone=2.0, volume_size_gib=500))
    cluster = made.one("aws:msk/cluster:Cluster").inputs
    key = "arn:aws:kms:us-east-1:123456789012:events-data"
    assert (cluster["kafkaVersion"], cluster["numberOfBrokerNodes"]) == ("3.9.x", 6)
    assert cluster["brokerNodeGroupInfo"] == {
        "instanceType": "kafka.m7g.xlarge",
        "clientSubnets": ["subnet-0", "subnet-1", "subnet-2"],
        "securityGroups": ["events-brokers-id"],
        "storageInfo": {"ebsStorageInfo": {"volumeSize": 500}},
    }
    assert cluster["clientAuthentication"] == {"sasl": {"iam": True, "scram": False}, "unauthenticated": False}
    assert cluster["encryptionInfo"] == {
        "encryptionAtRestKmsKeyArn": key,
        "encryptionInTransit": {"clientBroker": "TLS", "inCluster": True},
    }
    assert (cluster["enhancedMonitoring"], cluster["storageMode"]) == ("DEFAULT", "LOCAL")
    assert cluster["loggingInfo"]["brokerLogs"]["cloudwatchLogs"]["enabled"] is True
    assert "openMonitoring" not in cluster
    logs = made.one("aws:cloudwatch/logGroup:LogGroup").inputs
    assert (logs["name"], logs["retentionInDays"], logs["kmsKeyId"]) == ("/aws/vendedlogs/msk/dev/events", 30, key)
    assert made.outputs["bootstrap_brokers_sasl_iam"] == "events-cluster-bootstrap-brokers-sasl-iam"
    assert made.outputs["cluster_name"] == "events-cluster-0123abc"


@pytest.mark.parametrize(("zones", "factor", "in_sync"), [(2, "2", "1"), (3, "3", "2")])
def test_brokers_keep_records_safe_by_default(provision, cost_tags, zones, factor, in_sync):
    text = provision(make(cost_tags, zones)).one("aws:msk/configuration:Configuration").inputs["serverProperties"]
    properties = dict(line.split("=") for line in text.splitlines())
    assert properties == {
        "auto.create.topics.enable": "false",
        "compression.type": "producer",
        "default.replication.factor": factor,
        "log.retention.hours": "168",
        "message.max.bytes": "1048588",
        "min.insync.replicas": in_sync,
        "num.partitions": str(zones),
        "unclean.leader.election.enable": "false",
    }


def test_storage_that_has_grown_is_no_difference(provision, cost_tags):
    made = provision(make(cost_tags, volume_size_gib=100, max_volume_size_gib=400))
    cluster = made.one("aws:msk/cluster:Cluster")
    assert cluster.ignore_changes == ("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize",)
    target = made.one("aws:appautoscaling/target:Target").inputs
    assert (target["maxCapacity"], target["minCapacity"], target["serviceNamespace"]) == (400, 1, "kafka")
    policy = made.one("aws:appautoscaling/policy:Policy").inputs["targetTrackingScalingPolicyConfiguration"]
    assert policy == {
        "predefinedMetricSpecification": {"predefinedMetricType": "KafkaBrokerStorageUtilization"},
        "targetValue": 60,
        "disableScaleIn": True,
    }


def test_a_size_that_cannot_grow_is_held(provision, cost_tags):
    made = provision(make(cost_tags, volume_size_gib=100))
    assert made.one("aws:msk/cluster:Cluster").ignore_changes == ()
    assert made.of("aws:appautoscaling/target:Target") == []


def test_express_brokers_have_no_volumes_and_fixed_durability(provision, cost_tags):
    made = provision(make(cost_tags, kind=KafkaKind.EXPRESS))
    cluster = made.one("aws:msk/cluster:Cluster").inputs
    assert cluster["brokerNodeGroupInfo"]["instanceType"] == "express.m7g.large"
    assert "storageInfo" not in cluster["brokerNodeGroupInfo"]
    assert "storageMode" not in cluster
    text = made.one("aws:msk/configuration:Configuration").inputs["serverProperties"]
    assert "replication.factor" not in text
    assert "insync" not in text


def test_serverless_takes_iam_only_and_nothing_to_size(provision, cost_tags):
    made = provision(make(cost_tags, zones=2, kind="serverless", client_security_group_ids=["sg-clients"]))
    assert names(made) == [
        "SecurityGroup events-brokers",
        "ServerlessCluster events-cluster",
        "SecurityGroupIngressRule events-iam-group-0",
    ]
    cluster = made.one("aws:msk/serverlessCluster:ServerlessCluster").inputs
    assert cluster["clientAuthentication"] == {"sasl": {"iam": {"enabled": True}}}
    assert cluster["vpcConfigs"] == [{"subnetIds": ["subnet-0", "subnet-1"], "securityGroupIds": ["events-brokers-id"]}]
    assert made.outputs["kms_key_arn"] == ""


def test_each_way_in_opens_its_port_to_each_client_and_no_other(provision, cost_tags):
    made = provision(
        make(
            cost_tags,
            authentication=["mtls", "iam"],
            certificate_authority_arns=[CA],
            prometheus=True,
            client_cidrs=["10.20.0.0/16"],
            client_security_group_ids=["sg-a"],
        )
    )
    rules = {
        (r.inputs["fromPort"], r.inputs["toPort"], r.inputs.get("cidrIpv4") or r.inputs["referencedSecurityGroupId"])
        for r in made.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    }
    assert rules == {
        (9098, 9098, "10.20.0.0/16"), (9098, 9098, "sg-a"), (9094, 9094, "10.20.0.0/16"), (9094, 9094, "sg-a"),
        (11001, 11002, "10.20.0.0/16"), (11001, 11002, "sg-a"),
    }  # fmt: skip
    authentication = made.one("aws:msk/cluster:Cluster").inputs["clientAuthentication"]
    assert authentication["tls"] == {"certificateAuthorityArns": [CA]}
    exporter = {"enabledInBroker": True}
    assert made.one("aws:msk/cluster:Cluster").inputs["openMonitoring"] == {
        "prometheus": {"jmxExporter": exporter, "nodeExporter": exporter}
    }


def test_nobody_is_let_in_unasked(provision, cost_tags):
    made = provision(make(cost_tags))
    assert made.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") == []


def test_topics_say_how_long_and_how_safely_records_are_kept(provision, cost_tags):
    topics = [
        {"name": "frames", "partitions": 12, "retention_hours": 400, "local_retention_hours": 4},
        {"name": "state", "partitions": 3, "cleanup": CleanupPolicy.COMPACT, "min_insync_replicas": 1},
    ]
    made = provision(make(cost_tags, tiered_storage=True, topics=topics, monitoring=KafkaMonitoring.PER_BROKER))
    frames, state = made.of("aws:msk/topic:Topic")
    assert (frames.inputs["name"], frames.inputs["partitionCount"], frames.inputs["replicationFactor"]) == (
        "frames",
        12,
        3,
    )
    assert json.loads(frames.inputs["configs"]) == {
        "cleanup.policy": "delete",
        "local.retention.ms": "14400000",
        "min.insync.replicas": "2",
        "remote.storage.enable": "true",
        "retention.ms": "1440000000",
    }
    assert json.loads(state.inputs["configs"]) == {"cleanup.policy": "compact", "min.insync.replicas": "1"}
    cluster = made.one("aws:msk/cluster:Cluster").inputs
    assert (cluster["storageMode"], cluster["enhancedMonitoring"]) == ("TIERED", "PER_BROKER")


def test_a_principal_may_do_what_it_declares_with_exactly_its_topics(provision, cost_tags):
    principals = [{"name": "captioner", "produce": ["captions"], "consume": ["frames"], "role_name": "captioner"}]
    made = provision(make(cost_tags, principals=principals), preview=True)
    policy = json.loads(made.one("aws:iam/policy:Policy").inputs["policy"])
    base = "arn:aws:kafka:us-east-1:123456789012:{}/events-cluster-0123abc/*"
    assert {s["Sid"]: (s["Action"], s["Resource"]) for s in policy["Statement"]} == {
        "Connect": (["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"], base.format("cluster")),
        "Produce": (
            ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
            [base.format("topic") + "/captions"],
        ),
        "Consume": (["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], [base.format("topic") + "/frames"]),
        "Groups": (
            ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
            [base.format("group") + "/captioner", base.format("group") + "/captioner-*"],
        ),
    }
    assert made.outputs["policy_arns"] == {"captioner": UNKNOWN}


def test_a_schema_comes_from_a_file_and_follows_its_earlier_versions(provision, refused, cost_tags, tmp_path):
    first, second = tmp_path / "1.avsc", tmp_path / "2.avsc"
    first.write_text(AVRO)
    wider = json.loads(AVRO)
    wider["fields"].append({"name": "lens", "type": "string", "default": ""})
    second.write_text(json.dumps(wider))
    schema = {"name": "s", "format": "AVRO", "definition_file": str(second), "earlier_definition_files": [str(first)]}
    made = provision(make(cost_tags, schemas=[{**schema, "compatibility": "FULL"}]))
    assert made.one("aws:glue/schema:Schema").inputs["schemaDefinition"] == json.dumps(wider)
    del wider["fields"][-1]["default"]
    second.write_text(json.dumps(wider))
    (message,) = refused(make(cost_tags, schemas=[schema]))
    assert message.startswith(
        "events.schemas[0].definition_file: cannot read records of version 1, which BACKWARD wants: "
    )
    assert message.endswith("; make it compatible, or give it another name")
    assert refused(make(cost_tags, schemas=[{**schema, "definition_file": "lost.avsc"}])) == [
        'events.schemas[0].definition_file: "lost.avsc" cannot be read: No such file or directory; '
        "write a path from the program's folder"
    ]


def test_schemas_are_registered_with_their_compatibility(provision, cost_tags):
    proto = 'syntax = "proto3"; message Frame { string camera = 1; }'
    schemas = [
        {"name": "frames", "format": "AVRO", "definition": AVRO},
        {"name": "raw", "format": "PROTOBUF", "definition": proto, "compatibility": "FULL_ALL"},
    ]
    made = provision(make(cost_tags, schemas=schemas))
    found = {r.inputs["schemaName"]: r.inputs for r in made.of("aws:glue/schema:Schema")}
    assert (found["frames"]["dataFormat"], found["frames"]["compatibility"]) == ("AVRO", "BACKWARD")
    assert (found["raw"]["compatibility"], found["raw"]["schemaDefinition"]) == ("FULL_ALL", proto)
    assert made.outputs["schema_registry_arn"] == "arn:aws:glue:us-east-1:123456789012:events-schemas"


def test_protection_covers_what_holds_records(provision, cost_tags):
    made = provision(make(cost_tags, deletion_protection=True, topics=[{"name": "frames", "partitions": 1}]))
    assert {r.name for r in made.resources if r.protect} == {
        "events-cluster", "events-data", "events-data-alias", "events-topic-frames",
    }  # fmt: skip


def test_references_that_are_not_known_yet_pass_through(provision, cost_tags, unknown):
    made = provision(
        lambda: KafkaCluster(
            "events", {"tags": cost_tags, "vpc_id": unknown(), "subnet_ids": [unknown() for _ in range(3)]}
        ),
        preview=True,
    )
    cluster = made.one("aws:msk/cluster:Cluster").inputs
    assert cluster["brokerNodeGroupInfo"]["clientSubnets"] == [UNKNOWN] * 3
    assert (cluster["numberOfBrokerNodes"], cluster["brokerNodeGroupInfo"]["instanceType"]) == (3, "kafka.m7g.large")
    assert made.untagged(cost_tags) == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"kafka_version": "2.8.1"}, 'events.kafka_version: "2.8.1" is not offered for standard brokers; use 3.6.0, 3.7.x, 3.7.x.kraft, 3.8.x, 3.8.x.kraft, 3.9.x, 3.9.x.kraft, 4.0.x.kraft, 4.1.x.kraft'),
        ({"kafka_version": "3.5.1"}, 'events.kafka_version: "3.5.1" left support on 2025-10-23, MSK upgrades it without notice; use 3.6.0, 3.7.x, 3.7.x.kraft, 3.8.x, 3.8.x.kraft, 3.9.x, 3.9.x.kraft, 4.0.x.kraft, 4.1.x.kraft'),
        ({"kafka_version": "3.8.x", "running_version": "3.9.x"}, 'events.kafka_version: "3.8.x" is older than "3.9.x", and MSK takes no cluster back; use 3.9.x or newer'),
        ({"kafka_version": "4.0.x.kraft", "running_version": "3.9.x"}, 'events.kafka_version: "4.0.x.kraft" keeps its metadata elsewhere than "3.9.x", and MSK converts no cluster in place; make another cluster beside it and mirror the topics'),
        ({"kind": "serverless", "running_version": "3.9.x"}, "events.running_version: cannot be chosen for a serverless cluster; leave it out or choose kind standard"),
        ({"kind": "express", "kafka_version": "3.7.x"}, 'events.kafka_version: "3.7.x" is not offered for express brokers; use 3.6.0, 3.8.x, 3.9.x, 3.9.x.kraft'),
        ({"instance_type": "m5.large"}, "events.instance_type: 'm5.large' cannot be used; write a type of standard brokers such as kafka.m7g.large"),
        ({"kind": "express", "instance_type": "kafka.m7g.large"}, "events.instance_type: 'kafka.m7g.large' cannot be used; write a type of express brokers such as express.m7g.large"),
        ({"kind": "express", "volume_size_gib": 10}, "events.volume_size_gib: cannot be chosen for express brokers, whose storage grows by itself; leave it out"),
        ({"kind": "express", "zones": 2}, "events.subnet_ids: 2 subnets; express brokers take 3, each of another zone"),
        ({"zones": 1}, "events.subnet_ids: 1 subnets; standard brokers take 2 or 3, each of another zone"),
        ({"kind": "serverless", "instance_type": "kafka.m7g.large"}, "events.instance_type: cannot be chosen for a serverless cluster; leave it out or choose kind standard"),
        ({"kind": "serverless", "authentication": ["scram"]}, "events.authentication: a serverless cluster knows iam only; leave it out"),
        ({"max_volume_size_gib": 50}, "events.max_volume_size_gib: 50 is below volume_size_gib (100); use 100 or more"),
        ({"authentication": []}, "events.authentication: is empty; name at least iam, as nobody connects unauthenticated"),
        ({"authentication": ["none"]}, "events.authentication: 'none' is not one of them; use iam, scram, mtls"),
        ({"authentication": ["mtls"]}, "events.certificate_authority_arns: is missing; name the private CAs whose certificates mtls accepts"),
        ({"scram_secret_arns": [SECRET]}, "events.scram_secret_arns: is of no use without scram; add scram to authentication"),
        ({"client_cidrs": ["0.0.0.0/0"]}, "events.client_cidrs: 0.0.0.0/0 is a public prefix; name a private one, such as the VPC's"),
        ({"client_cidrs": ["8.8.8.0/24"]}, "events.client_cidrs: 8.8.8.0/24 is a public prefix; name a private one, such as the VPC's"),
        ({"tiered_storage": True, "instance_type": "kafka.t3.small"}, "events.tiered_storage: True cannot be had on kafka.t3.small; use kafka.m7g.large or larger"),
        ({"server_properties": {"min_insync_replicas": 3}}, "events.server_properties.min_insync_replicas: 3 of 3 replicas stops all writes when one broker restarts; use less"),
        ({"kind": "express", "server_properties": {"min_insync_replicas": 1}}, "events.server_properties.min_insync_replicas: is fixed for express brokers (3 replicas, 2 in sync); leave it out"),
        ({"server_properties": {"retention": 1}}, "events.server_properties.retention: is not an argument; use one of auto_create_topics, compression_type, default_replication_factor, log_retention_hours, message_max_bytes, min_insync_replicas, num_partitions, unclean_leader_election"),
        ({"topics": [{"name": "a b", "partitions": 1}]}, "events.topics[0].name: 'a b' cannot be used; write a topic name of letters, digits, '.', '_', '-'"),
        ({"topics": [{"name": "a"}]}, "events.topics[0].partitions: is missing; write how many partitions the topic has"),
        ({"topics": [{"name": "a", "partitions": 1, "replication_factor": 4}]}, "events.topics[0].replication_factor: 4 is out of range; use from 1 to 3"),
        ({"topics": [{"name": "a", "partitions": 1, "local_retention_hours": 1}]}, "events.topics[0].local_retention_hours: needs tiered_storage; write True for it or leave this out"),
        ({"topics": [{"name": "a", "partitions": 1}] * 2}, 'events.topics: "a" is there twice; write each topic once'),
        ({"topics": ["a"]}, "events.topics[0]: 'a' is not a map of arguments; write one"),
        ({"topics": [{"name": "a", "partitions": 1}], "principals": [{"name": "p", "produce": ["b"]}]}, 'events.principals[0].produce: "b" is not a topic of this cluster; use a'),
        ({"principals": [{"name": "p", "produce": ["b*"]}]}, 'events.principals[0].produce: "b*" is a pattern; name exact topics'),
        ({"principals": [{"name": "p"}]}, "events.principals[0].produce: and consume are both empty; name at least one topic"),
        ({"principals": [{"name": "p", "consume": ["a"], "consumer_groups": ["*"]}]}, 'events.principals[0].consumer_groups: "*" is everybody\'s; begin it with a name'),
        ({"schemas": [{"name": "s", "format": "AVRO"}]}, "events.schemas[0].definition: and definition_file: give one of them"),
        ({"schemas": [{"name": "s", "format": "AVRO", "definition": AVRO, "earlier_definitions": ["{"]}]}, "events.schemas[0].earlier_definitions[0]: is not JSON, in which AVRO schemas are written (line 1: Expecting property name enclosed in double quotes)"),
        ({"schemas": [{"name": "s", "format": "AVRO", "definition": AVRO, "earlier_definitions": [AVRO], "earlier_definition_files": ["a"]}]}, "events.schemas[0].earlier_definitions: and earlier_definition_files are both given; keep one of them"),
        ({"schemas": [{"name": "s", "format": "AVRO", "definition": "{"}]}, "events.schemas[0].definition: is not JSON, in which AVRO schemas are written (line 1: Expecting property name enclosed in double quotes)"),
        ({"schemas": [{"name": "s", "format": "AVRO", "definition": '{"type": "record", "name": "S"}'}]}, "events.schemas[0].definition: is not an Avro schema: Record schema requires a non-empty fields property."),
        ({"schemas": [{"name": "s", "format": "PROTOBUF", "definition": "message A {"}]}, "events.schemas[0].definition: is not Protocol Buffers: 1:12: Reached end of input in message definition (missing '}')."),
    ],
)  # fmt: skip
def test_refusals_name_the_argument_the_value_and_the_fix(refused, cost_tags, args, message):
    assert message in refused(make(cost_tags, **args))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(KafkaKind),
    zones=st.integers(1, 3),
    volume=st.none() | st.integers(1, 500),
    growth=st.none() | st.integers(1, 500),
    tiered=st.booleans(),
    methods=st.lists(st.sampled_from(["iam", "scram", "mtls"]), unique=True),
    per_zone=st.none() | st.integers(1, 3),
)
def test_every_accepted_cluster_is_tagged_encrypted_and_private(
    provision, cost_tags, kind, zones, volume, growth, tiered, methods, per_zone
):
    args = {"kind": kind, "authentication": methods, "client_cidrs": ["10.20.0.0/16"]}
    args |= {"certificate_authority_arns": [CA]} if "mtls" in methods else {}
    args |= {"tiered_storage": True} if tiered else {}
    for key, value in (("volume_size_gib", volume), ("max_volume_size_gib", growth), ("brokers_per_zone", per_zone)):
        args |= {} if value is None else {key: value}
    try:
        made = provision(make(cost_tags, zones, **args), preview=True)
    except InputError:
        return
    assert made.untagged(cost_tags) == []
    for cluster in made.of("aws:msk/cluster:Cluster"):
        assert cluster.inputs["encryptionInfo"]["encryptionInTransit"] == {"clientBroker": "TLS", "inCluster": True}
        assert cluster.inputs["clientAuthentication"]["unauthenticated"] is False
        assert cluster.inputs["numberOfBrokerNodes"] % zones == 0
    rules = made.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {r.inputs["cidrIpv4"] for r in rules} == {"10.20.0.0/16"}
