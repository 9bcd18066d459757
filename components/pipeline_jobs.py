"""Container steps: Kubernetes jobs that KEDA starts while records of a topic, or messages of a queue, wait."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components import workload
from components.pipeline_options import PipelineCluster, Step
from components.pipeline_site import Site, Statement
from components.workload import GPU_LABEL, GPU_RESOURCE

KEDA = "keda.sh/v1alpha1"
_VISIBLE_SECONDS = 6 * 3600
_TRIES = 5
_LAG = 500
_POD_IDENTITY = "169.254.170.23/32"


def create_queue(site: Site, step: Step) -> aws.sqs.Queue:
    """The queue by which the state machine hands a step its work; what fails again and again is set aside."""
    encrypted = {"kms_master_key_id": site.key.id, "kms_data_key_reuse_period_seconds": 300}
    failed = aws.sqs.Queue(
        f"{site.name}-{step.name}-failed",
        name=f"{site.name}-{step.name}-failed",
        message_retention_seconds=14 * 86_400,
        tags=site.marks(f"{step.name}-failed"),
        opts=site.child,
        **encrypted,
    )
    return aws.sqs.Queue(
        f"{site.name}-{step.name}",
        name=f"{site.name}-{step.name}",
        visibility_timeout_seconds=_VISIBLE_SECONDS,
        receive_wait_time_seconds=20,
        redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": failed.arn, "maxReceiveCount": _TRIES}),
        tags=site.marks(step.name),
        opts=site.child,
        **encrypted,
    )


def queue_arn(site: Site, queue: aws.sqs.Queue) -> pulumi.Output[str]:
    """The ARN of a queue, known before it exists."""
    return pulumi.Output.concat(site.account.arn("sqs", ""), queue.name)


def topic_trigger(brokers: pulumi.Input[str], topic: str, group: str, region: pulumi.Input[str]) -> dict[str, Any]:
    """Jobs by how many records of a topic wait for its readers."""
    return {
        "type": "kafka",
        "metadata": {
            "bootstrapServers": brokers,
            "topic": topic,
            "consumerGroup": group,
            "lagThreshold": str(_LAG),
            "awsRegion": region,
            "sasl": "aws_msk_iam",
            "tls": "enable",
        },
    }


def queue_trigger(url: pulumi.Input[str], region: pulumi.Input[str]) -> dict[str, Any]:
    """A job for each message that waits."""
    return {
        "type": "aws-sqs-queue",
        "metadata": {"queueURL": url, "queueLength": "1", "awsRegion": region, "scaleOnInFlight": "false"},
    }


def create_jobs(
    site: Site,
    step: Step,
    cluster: PipelineCluster,
    trigger: Mapping[str, Any],
    env: Mapping[str, pulumi.Input[str]],
    statements: Sequence[Statement],
    ports: Sequence[int],
    cidr: str,
) -> aws.iam.Role:
    """The jobs of a step and their walls; returns their role."""
    name = f"{site.name}-{step.name}"
    labels = {**workload.labels(name, "pipeline-step", site.tags), "pipeline": site.pipeline}
    child = site.child

    def metadata(suffix: str = "") -> dict[str, Any]:
        return {"name": f"{name}-{suffix}" if suffix else name, "namespace": cluster["namespace"], "labels": labels}

    account = kubernetes.core.v1.ServiceAccount(
        f"{name}-account", metadata=metadata(), automount_service_account_token=False, opts=child
    )
    role, granted = site.role(step.name, "pods.eks.amazonaws.com", statements)
    identity = aws.eks.PodIdentityAssociation(
        f"{name}-identity",
        cluster_name=cluster["cluster_name"],
        namespace=cluster["namespace"],
        service_account=name,
        role_arn=role.arn,
        tags=site.marks(step.name),
        opts=site.after(granted),
    )
    # Policies know addresses, not names, and those of AWS services change: who gets in there is decided by IAM.
    egress = [
        workload.allow_dns(),
        workload.allow_to_network(_POD_IDENTITY, [80]),
        workload.allow_to_network("0.0.0.0/0", [443]),
    ]
    if ports:
        egress.append(workload.allow_to_network(cidr, list(ports)))
    walls = [
        kubernetes.networking.v1.NetworkPolicy(
            f"{name}-{suffix}",
            metadata=metadata(suffix),
            spec=workload.network_policy(workload.selector(name), [], rules),
            opts=child,
        )
        for suffix, rules in (("deny", []), ("allow", egress))
    ]
    authentication = kubernetes.apiextensions.CustomResource(
        f"{name}-scaler",
        api_version=KEDA,
        kind="TriggerAuthentication",
        metadata=metadata("scaler"),
        spec={"podIdentity": {"provider": "aws"}},
        opts=child,
    )
    kubernetes.apiextensions.CustomResource(
        f"{name}-jobs",
        api_version=KEDA,
        kind="ScaledJob",
        metadata=metadata(),
        spec={
            "jobTargetRef": {
                "backoffLimit": 2,
                "activeDeadlineSeconds": _VISIBLE_SECONDS,
                "template": {"metadata": {"labels": labels}, "spec": _pod(name, step, cluster, env)},
            },
            "pollingInterval": 15,
            "minReplicaCount": 0,
            "maxReplicaCount": int(cluster.get("max_jobs", 4)),
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 10,
            "triggers": [{**trigger, "authenticationRef": {"name": f"{name}-scaler"}}],
        },
        opts=site.after(account, identity, authentication, *walls),
    )
    return role


def _pod(name: str, step: Step, cluster: PipelineCluster, env: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    resources = {"cpu": cluster.get("cpu", "1"), "memory": cluster.get("memory", "2Gi")}
    gpus = int(cluster.get("gpus", 0))
    if gpus:
        resources[GPU_RESOURCE] = str(gpus)
    values = {**env, "STEP": step.name, "STEP_CONFIG": json.dumps(dict(step.config), sort_keys=True)}
    pod: dict[str, Any] = {
        "restartPolicy": "Never",
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": workload.pod_security(),
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "10Gi"}}],
        "containers": [
            {
                "name": "step",
                "image": step.image,
                "imagePullPolicy": "IfNotPresent",
                "resources": {"requests": resources, "limits": resources},
                "securityContext": workload.container_security(),
                "env": [{"name": key, "value": value} for key, value in sorted(values.items())],
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the pod's own scratch volume
            }
        ],
    }
    if gpus:
        pod["nodeSelector"] = {GPU_LABEL: "true"}
        pod["tolerations"] = [{"key": GPU_RESOURCE, "operator": "Equal", "value": "true", "effect": "NoSchedule"}]
    return pod
