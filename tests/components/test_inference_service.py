import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apex.errors import InputError
from apex.plan import UNKNOWN
from components.arguments import Arguments
from components.inference_permissions import policy_document
from components.inference_plan import InferencePlan
from components.inference_release import ReleaseStrategy
from components.inference_scaling import ScalingSignal
from components.inference_service import InferenceService

DIGEST = "registry.example.com/captioner@sha256:" + "a" * 64
PROMETHEUS = "http://prometheus.monitoring.svc:9090"
HOURS = {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"}
METRICS = [{"name": "error_rate", "maximum": 0.01}, {"name": "latency_p95", "maximum": 0.2}]
CANARY = {"strategy": "canary", "metrics": METRICS, "prometheus_address": PROMETHEUS}
MODEL = {"s3_uri": "s3://models/captioner/1.tar.gz", "sha256": "b" * 64, "loader_image": DIGEST, "size_gib": 40}


@pytest.fixture
def args(cost_tags):
    return {
        "tags": cost_tags,
        "namespace": "vision",
        "image": DIGEST,
        "cpu": "2",
        "memory": "8Gi",
        "gpus": 1,
        "min_replicas": 2,
        "max_replicas": 6,
    }


def server(recording, name="captioner-deployment"):
    return recording.one(name).inputs["spec"]["template"]["spec"]["containers"][0]


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    assert sorted(provision(lambda: InferenceService("captioner", args)).tree()) == [
        "apex-dev > apex:index:InferenceService captioner",
        "captioner > kubernetes:apps/v1:Deployment captioner-deployment",
        "captioner > kubernetes:autoscaling/v2:HorizontalPodAutoscaler captioner-hpa",
        "captioner > kubernetes:core/v1:Service captioner-service",
        "captioner > kubernetes:core/v1:ServiceAccount captioner-account",
        "captioner > kubernetes:networking.k8s.io/v1:NetworkPolicy captioner-allow",
        "captioner > kubernetes:networking.k8s.io/v1:NetworkPolicy captioner-deny",
        "captioner > kubernetes:policy/v1:PodDisruptionBudget captioner-pdb",
    ]


def test_children_of_every_option_are_named_for_good_too(provision, args):
    everything = {
        **args,
        "release": {**CANARY, "strategy": "blueGreen"},
        "scaling": {"signal": "queue", "queue_url": "https://sqs.example.com/q", "region": "us-east-1"},
        "model": MODEL,
        "permissions": {"cluster_name": "main"},
        "service_monitor": True,
    }
    assert sorted(provision(lambda: InferenceService("captioner", everything)).tree()) == [
        "apex-dev > apex:index:InferenceService captioner",
        "captioner > aws:eks/podIdentityAssociation:PodIdentityAssociation captioner-identity",
        "captioner > aws:iam/role:Role captioner-role",
        "captioner > aws:iam/rolePolicy:RolePolicy captioner-policy",
        "captioner > kubernetes:argoproj.io/v1alpha1:AnalysisTemplate captioner-error-rate-analysis",
        "captioner > kubernetes:argoproj.io/v1alpha1:AnalysisTemplate captioner-latency-p95-analysis",
        "captioner > kubernetes:argoproj.io/v1alpha1:Rollout captioner-rollout",
        "captioner > kubernetes:core/v1:Service captioner-preview-service",
        "captioner > kubernetes:core/v1:Service captioner-service",
        "captioner > kubernetes:core/v1:ServiceAccount captioner-account",
        "captioner > kubernetes:keda.sh/v1alpha1:ScaledObject captioner-scaler",
        "captioner > kubernetes:keda.sh/v1alpha1:TriggerAuthentication captioner-scaler-authentication",
        "captioner > kubernetes:monitoring.coreos.com/v1:ServiceMonitor captioner-monitor",
        "captioner > kubernetes:networking.k8s.io/v1:NetworkPolicy captioner-allow",
        "captioner > kubernetes:networking.k8s.io/v1:NetworkPolicy captioner-deny",
        "captioner > kubernetes:policy/v1:PodDisruptionBudget captioner-pdb",
    ]


def test_pods_meet_the_restricted_standard(provision, args):
    pod = provision(lambda: InferenceService("captioner", args)).one("captioner-deployment").inputs["spec"]["template"]
    spec = pod["spec"]
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "fsGroup": 65532,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert spec["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}]


def test_a_gpu_is_asked_for_and_limited_on_gpu_nodes(provision, args):
    recording = provision(lambda: InferenceService("captioner", args))
    resources = {"cpu": "2", "memory": "8Gi", "nvidia.com/gpu": "1"}
    assert server(recording)["resources"] == {"requests": resources, "limits": resources}
    spec = recording.one("captioner-deployment").inputs["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"gpu-enabled": "true"}
    assert spec["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "true", "effect": "NoSchedule"}
    ]


def test_without_a_gpu_the_pods_stay_off_gpu_nodes(provision, args):
    recording = provision(lambda: InferenceService("captioner", {**args, "gpus": 0}))
    spec = recording.one("captioner-deployment").inputs["spec"]["template"]["spec"]
    assert "nodeSelector" not in spec
    assert "tolerations" not in spec
    assert "nvidia.com/gpu" not in spec["containers"][0]["resources"]["limits"]


@pytest.mark.parametrize("release", [None, CANARY, {**CANARY, "strategy": "blueGreen"}])
def test_every_object_and_the_pods_carry_the_cost_labels(provision, args, cost_tags, release):
    options = {**args, "service_monitor": True, "scaling": {"hours": HOURS}}
    recording = provision(
        lambda: InferenceService("captioner", {**options, "release": release} if release else options)
    )
    objects = [each for each in recording.resources if each.type.startswith("kubernetes:")]
    assert len(objects) >= 8
    for each in objects:
        assert cost_tags.items() <= each.inputs["metadata"]["labels"].items(), each.name
        assert each.inputs["metadata"]["namespace"] == "vision"
    pods = [each for each in objects if "template" in each.inputs.get("spec", {})]
    assert len(pods) == 1
    labels = pods[0].inputs["spec"]["template"]["metadata"]["labels"]
    assert cost_tags.items() <= labels.items()
    assert pods[0].inputs["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_finops_annotations_tell_tier_policy_and_cost(provision, args):
    priced = {**args, "expected_cost_usd_per_hour": "1.006"}
    metadata = provision(lambda: InferenceService("captioner", priced)).one("captioner-deployment").inputs["metadata"]
    assert metadata["annotations"] == {
        "finops.apexlogic.com/resource-tier": "gpu",
        "finops.apexlogic.com/auto-scale-policy": "cpu-utilization",
        "finops.apexlogic.com/expected-cost-per-hour": "1.006",
    }


def test_nothing_is_reached_that_is_not_named(provision, args):
    named = {
        **args,
        "client_namespaces": ["web"],
        "allowed_networks": [{"cidr": "10.20.0.0/16", "ports": [9098.0]}],
    }
    recording = provision(lambda: InferenceService("captioner", named))
    deny, allow = recording.one("captioner-deny").inputs["spec"], recording.one("captioner-allow").inputs["spec"]
    assert (deny["policyTypes"], deny["ingress"], deny["egress"]) == (["Ingress", "Egress"], [], [])
    assert deny["podSelector"] == allow["podSelector"]
    assert [rule["from"][0] for rule in allow["ingress"]] == [
        {"podSelector": {}},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "web"}}},
    ]
    dns, network = allow["egress"]
    assert {(port["protocol"], port["port"]) for port in dns["ports"]} == {("UDP", 53), ("TCP", 53)}
    assert network == {
        "to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}],
        "ports": [{"protocol": "TCP", "port": 9098}],
    }


def test_a_service_with_a_role_never_reaches_the_metadata_service(provision, args):
    options = {**args, "permissions": {"cluster_name": "main", "read_objects": ["arn:aws:s3:::features/a/*"]}}
    egress = provision(lambda: InferenceService("captioner", options)).one("captioner-allow").inputs["spec"]["egress"]
    assert egress[1]["to"] == [{"ipBlock": {"cidr": "169.254.170.23/32"}}]
    assert egress[2]["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}]


def test_a_slow_start_is_waited_for(provision, args):
    container = server(provision(lambda: InferenceService("captioner", {**args, "startup_seconds": 1205})))
    assert container["startupProbe"] == {
        "httpGet": {"path": "/healthz", "port": "http"},
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": 121,
    }
    assert container["readinessProbe"]["httpGet"] == container["livenessProbe"]["httpGet"]


def test_replicas_are_scaled_by_cpu_and_dropped_slowly(provision, args):
    spec = provision(lambda: InferenceService("captioner", args)).one("captioner-hpa").inputs["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "captioner"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert spec["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 70}
    assert spec["behavior"] == {"scaleDown": {"stabilizationWindowSeconds": 600}}


@pytest.mark.parametrize(
    ("scaling", "trigger"),
    [
        (
            {"signal": ScalingSignal.GPU, "prometheus_address": PROMETHEUS, "target": 60.0},
            {
                "type": "prometheus",
                "metadata": {
                    "serverAddress": PROMETHEUS,
                    "query": 'avg(DCGM_FI_DEV_GPU_UTIL{namespace="vision",pod=~"captioner-.*"})',
                    "threshold": "60",
                    "ignoreNullValues": "false",
                },
            },
        ),
        (
            {"signal": "queue", "queue_url": "https://sqs.example.com/q", "region": "us-east-1"},
            {
                "type": "aws-sqs-queue",
                "metadata": {
                    "awsRegion": "us-east-1",
                    "queueURL": "https://sqs.example.com/q",
                    "queueLength": "20",
                    "scaleOnInFlight": "true",
                },
                "authenticationRef": {"name": "captioner-scaler"},
            },
        ),
        (
            {
                "signal": "kafka-lag",
                "bootstrap_servers": "b-1:9098",
                "topic": "frames",
                "consumer_group": "captioner",
                "region": "us-east-1",
            },
            {
                "type": "kafka",
                "metadata": {
                    "awsRegion": "us-east-1",
                    "bootstrapServers": "b-1:9098",
                    "consumerGroup": "captioner",
                    "topic": "frames",
                    "lagThreshold": "500",
                    "sasl": "aws_msk_iam",
                    "tls": "enable",
                },
                "authenticationRef": {"name": "captioner-scaler"},
            },
        ),
    ],
)
def test_replicas_are_scaled_by_what_is_measured(provision, args, scaling, trigger):
    options = {**args, "scaling": scaling, "startup_seconds": 900}
    recording = provision(lambda: InferenceService("captioner", options))
    spec = recording.one("captioner-scaler").inputs["spec"]
    assert spec["triggers"] == [trigger]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (2, 6)
    # A replica is not dropped sooner than it would take to load the model again.
    assert spec["cooldownPeriod"] == 900
    assert not recording.of("kubernetes:autoscaling/v2:HorizontalPodAutoscaler")


def test_outside_its_hours_a_service_goes_to_zero(provision, args):
    recording = provision(lambda: InferenceService("captioner", {**args, "scaling": {"hours": HOURS}}))
    spec = recording.one("captioner-scaler").inputs["spec"]
    assert spec["minReplicaCount"] == 0
    assert spec["triggers"] == [
        {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}},
        {
            "type": "cron",
            "metadata": {
                "timezone": "Etc/UTC",
                "start": "0 7 * * 1-5",
                "end": "0 19 * * 1-5",
                "desiredReplicas": "2",
            },
        },
    ]


def test_a_canary_is_measured_at_every_step(provision, args):
    options = {**args, "release": {**CANARY, "steps_percent": [10.0, 40.0], "step_seconds": 120.0}}
    recording = provision(lambda: InferenceService("captioner", options))
    rollout = recording.one("captioner-rollout").inputs
    assert (rollout["apiVersion"], rollout["kind"]) == ("argoproj.io/v1alpha1", "Rollout")
    analysis = {
        "templates": [{"templateName": "captioner-error-rate"}, {"templateName": "captioner-latency-p95"}],
        "args": [
            {"name": "hash", "valueFrom": {"podTemplateHashValue": "Latest"}},
            {"name": "namespace", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        ],
    }
    assert rollout["spec"]["strategy"]["canary"]["steps"] == [
        {"setWeight": 10},
        {"pause": {"duration": "120s"}},
        {"analysis": analysis},
        {"setWeight": 40},
        {"pause": {"duration": "120s"}},
        {"analysis": analysis},
    ]
    assert rollout["spec"]["progressDeadlineAbort"] is True
    assert not recording.of("kubernetes:apps/v1:Deployment")
    target = recording.one("captioner-hpa").inputs["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "captioner"}


def test_a_measurement_fails_above_its_maximum_and_is_inconclusive_without_data(provision, args):
    recording = provision(lambda: InferenceService("captioner", {**args, "release": CANARY}))
    errors = recording.one("captioner-error-rate-analysis").inputs["spec"]["metrics"][0]
    assert errors["successCondition"] == "len(result) > 0 && !isNaN(result[0]) && result[0] <= 0.01"
    assert errors["failureCondition"] == "len(result) > 0 && !isNaN(result[0]) && result[0] > 0.01"
    pods = 'namespace="{{args.namespace}}",pod=~"captioner-{{args.hash}}-.*"'
    assert errors["provider"]["prometheus"] == {
        "address": PROMETHEUS,
        "query": f'(sum(rate(http_requests_total{{{pods},status=~"5.."}}[2m])) or vector(0))'
        f" / sum(rate(http_requests_total{{{pods}}}[2m]))",
    }
    latency = recording.one("captioner-latency-p95-analysis").inputs["spec"]["metrics"][0]
    assert latency["provider"]["prometheus"]["query"] == (
        f"histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{{{pods}}}[2m])))"
    )


def test_blue_green_is_measured_before_and_after_the_switch(provision, args):
    release = {**CANARY, "strategy": ReleaseStrategy.BLUE_GREEN}
    recording = provision(lambda: InferenceService("captioner", {**args, "release": release}))
    strategy = recording.one("captioner-rollout").inputs["spec"]["strategy"]["blueGreen"]
    assert (strategy["activeService"], strategy["previewService"]) == ("captioner", "captioner-preview")
    assert strategy["prePromotionAnalysis"] == strategy["postPromotionAnalysis"]
    assert recording.one("captioner-preview-service").ignore_changes == ("spec.selector",)


def test_a_model_is_verified_before_the_server_starts(provision, args):
    options = {**args, "model": MODEL, "permissions": {"cluster_name": "main"}}
    recording = provision(lambda: InferenceService("captioner", options))
    pod = recording.one("captioner-deployment").inputs["spec"]["template"]["spec"]
    loader = pod["initContainers"][0]
    assert loader["image"] == DIGEST
    assert {each["name"]: each["value"] for each in loader["env"]} == {
        "HOME": "/tmp",
        "MODEL_SHA256": "b" * 64,
        "MODEL_URI": "s3://models/captioner/1.tar.gz",
    }
    assert "sha256sum --check" in loader["command"][2]
    assert loader["securityContext"]["readOnlyRootFilesystem"] is True
    assert {"name": "model", "emptyDir": {"sizeLimit": "40Gi"}} in pod["volumes"]
    assert {"name": "model", "mountPath": "/models", "readOnly": True} in pod["containers"][0]["volumeMounts"]
    policy = json.loads(recording.one("captioner-policy").inputs["policy"])
    assert policy["Statement"] == [
        {
            "Sid": "ReadObjects",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": ["arn:aws:s3:::models/captioner/1.tar.gz"],
        }
    ]


def test_a_model_may_lie_in_a_volume_claim(provision, args):
    recording = provision(lambda: InferenceService("captioner", {**args, "model": {"claim_name": "models"}}))
    pod = recording.one("captioner-deployment").inputs["spec"]["template"]["spec"]
    assert {"name": "model", "persistentVolumeClaim": {"claimName": "models", "readOnly": True}} in pod["volumes"]
    assert "initContainers" not in pod


def test_vllm_gets_typed_options_and_one_gpu_to_each_part(provision, args):
    options = {
        **args,
        "gpus": 2,
        "model": {"claim_name": "models"},
        "vllm": {"served_model_name": "captioner", "model_path": "llava", "max_model_len": 8192.0},
    }
    container = server(provision(lambda: InferenceService("captioner", options)))
    assert container["args"] == [
        "--model=/models/llava",
        "--served-model-name=captioner",
        "--host=0.0.0.0",
        "--port=8080",
        "--tensor-parallel-size=2",
        "--gpu-memory-utilization=0.9",
        "--dtype=auto",
        "--max-model-len=8192",
        "--enable-prefix-caching",
    ]
    assert {"name": "HF_HUB_OFFLINE", "value": "1"} in container["env"]
    assert container["startupProbe"]["httpGet"]["path"] == "/health"


def test_secrets_reach_the_server_by_reference_alone(provision, args):
    named = {**args, "env": {"REGIME": "gdpr"}, "secret_env": {"VLLM_API_KEY": "captioner/api-key"}}
    assert server(provision(lambda: InferenceService("captioner", named)))["env"] == [
        {"name": "REGIME", "value": "gdpr"},
        {"name": "VLLM_API_KEY", "valueFrom": {"secretKeyRef": {"name": "captioner", "key": "api-key"}}},
    ]


def test_the_role_grants_exactly_what_is_named(provision, args, cost_tags):
    topic = "arn:aws:kafka:us-east-1:123456789012:topic/main/abc-1/frames"
    options = {
        **args,
        "permissions": {
            "cluster_name": "main",
            "write_objects": ["arn:aws:s3:::features/captions/*"],
            "consume_topics": [topic],
            "decrypt_keys": ["arn:aws:kms:us-east-1:123456789012:key/1"],
        },
    }
    recording = provision(lambda: InferenceService("captioner", options))
    statements = {
        each["Sid"]: each for each in json.loads(recording.one("captioner-policy").inputs["policy"])["Statement"]
    }
    assert sorted(statements) == ["Connect", "Consume", "Group", "Keys", "WriteObjects"]
    assert statements["Connect"]["Resource"] == ["arn:aws:kafka:us-east-1:123456789012:cluster/main/abc-1"]
    assert statements["Group"]["Resource"] == ["arn:aws:kafka:us-east-1:123456789012:group/main/abc-1/captioner"]
    assert statements["Consume"]["Resource"] == [topic]
    assert statements["Keys"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert not any("*" in action for each in statements.values() for action in each["Action"])
    identity = recording.one("captioner-identity").inputs
    assert (identity["clusterName"], identity["namespace"], identity["serviceAccount"]) == (
        "main",
        "vision",
        "captioner",
    )
    assert recording.untagged(cost_tags) == []


def test_a_topic_that_is_none_is_named():
    grants = dict.fromkeys(("read_objects", "write_objects", "produce_topics", "decrypt_keys"), ())
    with pytest.raises(ValueError, match=r'"arn:aws:sns:x" is not the ARN of a Kafka topic'):
        policy_document("captioner", {**grants, "consume_topics": ["arn:aws:sns:x"]})


def test_scraping_opens_the_port_to_prometheus(provision, args):
    options = {**args, "service_monitor": True, "monitoring_namespace": "observability"}
    recording = provision(lambda: InferenceService("captioner", options))
    endpoints = recording.one("captioner-monitor").inputs["spec"]["endpoints"]
    assert endpoints == [{"port": "http", "path": "/metrics", "interval": "30s"}]
    allowed = recording.one("captioner-allow").inputs["spec"]["ingress"][1]["from"]
    assert allowed == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}]


def test_at_preview_the_namespace_may_be_unknown(provision, args, unknown):
    recording = provision(lambda: InferenceService("captioner", {**args, "namespace": unknown()}), preview=True)
    deployment = recording.one("captioner-deployment").inputs
    assert deployment["metadata"]["namespace"] is UNKNOWN
    assert deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert recording.outputs["url"] is UNKNOWN


def test_the_address_is_known(provision, args):
    outputs = provision(lambda: InferenceService("captioner", args)).outputs
    assert outputs["url"] == "http://captioner.vision.svc.cluster.local"
    assert outputs["service_account_name"] == "captioner"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(least=st.integers(1, 9), most=st.integers(1, 9), available=st.none() | st.integers(1, 9))
def test_a_node_can_always_be_drained(cost_tags, least, most, available):
    args = {
        "tags": cost_tags,
        "image": DIGEST,
        "cpu": "1",
        "memory": "1Gi",
        "min_replicas": least,
        "max_replicas": most,
    }
    if available is not None:
        args["min_available"] = available
    possible = least <= most and (available is None or available < least)
    try:
        InferencePlan("captioner", Arguments("captioner", args), args)
    except InputError:
        assert not possible
    else:
        assert possible


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"secret_env": {"KEY": "hunter2"}},
            "secret_env: KEY does not name a key of a Secret; write it as secret/key",
        ),
        (
            {"env": {"KEY": "a"}, "secret_env": {"KEY": "b/c"}},
            "secret_env: KEY is in env too; leave it out of one of them",
        ),
        ({"max_replicas": 1}, "max_replicas: 1 is below min_replicas 2; raise it or lower min_replicas"),
        ({"min_available": 2}, "min_available: 2 with min_replicas 2 lets no node be drained; use at most 1"),
        (
            {"min_available": 1, "min_replicas": 1},
            "min_available: 1 with min_replicas 1 lets no node be drained; leave it out or raise min_replicas",
        ),
        (
            {"image": "captioner:1.4.2"},
            'image: "captioner:1.4.2" has no digest, its content can change; append @sha256: and the 64 hex digits',
        ),
        (
            {"image": "captioner:latest", "require_digest": False},
            'image: "captioner:latest" names no fixed version; append a tag other than latest, or a digest',
        ),
        ({"cpu": "two"}, 'cpu: "two" is not a quantity above zero; write such as 500m, 2 or 8Gi'),
        (
            {"release": CANARY, "min_replicas": 1},
            "release.strategy: canary with min_replicas 1 has no share to give; use at least 2, or blueGreen",
        ),
        (
            {"release": {"strategy": "canary", "prometheus_address": PROMETHEUS}},
            "release.metrics: are missing; a canary without any would pass every version",
        ),
        (
            {"release": {**CANARY, "prometheus_address": ""}},
            'release.prometheus_address: "" is not an address; write such as http://prometheus.monitoring.svc:9090',
        ),
        (
            {"release": {**CANARY, "metrics": [{"name": "speed", "maximum": 1}]}},
            'release.metrics: "speed" has no query; give one, or use error_rate or latency_p95',
        ),
        (
            {"release": {**CANARY, "steps_percent": [50, 20]}},
            "release.steps_percent: [50, 20] does not grow between 1 and 99; write such as [20, 50]",
        ),
        (
            {"release": {"strategy": "rolling", "metrics": METRICS}},
            "release.metrics: are measured by a canary or blueGreen only; set such a strategy or leave them out",
        ),
        (
            {"scaling": {"signal": "gpu"}},
            "scaling.prometheus_address: is missing; scaling by gpu needs it",
        ),
        (
            {"scaling": {"signal": "gpu", "prometheus_address": PROMETHEUS}, "gpus": 0},
            "scaling.signal: gpu with gpus 0 measures nothing; ask for a GPU or scale by another signal",
        ),
        (
            {"scaling": {"signal": "mood"}},
            'scaling.signal: "mood" is not known; use cpu, gpu, queue, kafka-lag',
        ),
        (
            {"model": MODEL},
            "permissions.cluster_name: is missing; a role is bound to pods of one cluster, name it",
        ),
        (
            {"model": {**MODEL, "sha256": "abc"}, "permissions": {"cluster_name": "main"}},
            'model.sha256: "abc" is not a SHA-256; write its 64 lower-case hex digits',
        ),
        (
            {"model": {"s3_uri": "s3://a/b", "claim_name": "c"}},
            "model: comes from s3_uri or claim_name; give one of them",
        ),
        (
            {"vllm": {"served_model_name": "m"}},
            "vllm: needs a model, it downloads none; give model.s3_uri or model.claim_name",
        ),
        (
            {"permissions": {"cluster_name": "main"}},
            "permissions: grant nothing; name one of read_objects, write_objects, consume_topics, produce_topics, "
            "decrypt_keys or leave them out",
        ),
        (
            {"permissions": {"cluster_name": "main", "read_objects": ["*"]}},
            'permissions.read_objects: "*" is not the ARN of one thing; write such as arn:aws:s3:::b/p/*',
        ),
        (
            {"allowed_networks": [{"cidr": "10.0.0.1/8", "ports": [443]}]},
            'allowed_networks: "10.0.0.1/8" is not a network: 10.0.0.1/8 has host bits set; write it as 10.0.0.0/16',
        ),
        (
            {"expected_cost_usd_per_hour": "$1"},
            'expected_cost_usd_per_hour: "$1" is not an amount of USD; write such as "1.006"',
        ),
        ({"replica": 2}, "replica: is not an argument; use one of"),
    ],
)
def test_refusals(args, changes, message):
    with pytest.raises(InputError) as error:
        InferenceService("captioner", {**args, **changes})
    told = str(error.value)
    assert told.startswith(f"captioner.{message}") if message.endswith("one of") else told == f"captioner.{message}"


def test_costs_are_decimals_not_floats(provision, args):
    priced = {**args, "expected_cost_usd_per_hour": "0.10"}
    annotations = (
        provision(lambda: InferenceService("captioner", priced))
        .one("captioner-deployment")
        .inputs["metadata"]["annotations"]
    )
    assert Decimal(annotations["finops.apexlogic.com/expected-cost-per-hour"]).as_tuple().exponent == -2
